"""Sessions as people see them: each side in its own local time."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.sessions.people.participant import Participant
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.language.sessions import Cancellation, Outcome
from shared.language.values.zones import zone_of
from shared.web.dependencies import Explain


class SideView(BaseModel):
    """One of the two, and what their clock shows; the offset from UTC is part of both times."""

    participant_id: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, session: Session, participant: Participant) -> Self:
        zone = zone_of(participant.time_zone)
        return cls(
            participant_id=participant.id,
            time_zone=participant.time_zone,
            starts_at=session.starts_at.astimezone(zone),
            ends_at=session.ends_at.astimezone(zone),
        )


class SessionView(BaseModel):
    """A session; ``starts_at`` and ``ends_at`` are in UTC. ``confirm_by`` is there while it is scheduled."""

    session_id: str
    programme_id: str
    pair_id: str
    number: int
    state: Outcome
    because: Cancellation | None
    starts_at: datetime
    ends_at: datetime
    confirm_by: datetime | None
    mentor: SideView
    mentee: SideView

    @classmethod
    def of(cls, session: Session, mentor: Participant, mentee: Participant) -> Self:
        return cls(
            session_id=session.id,
            programme_id=session.programme_id,
            pair_id=session.pair_id,
            number=session.number,
            state=session.state,
            because=session.because,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            confirm_by=session.due_at,
            mentor=SideView.of(session, mentor),
            mentee=SideView.of(session, mentee),
        )


class SeriesView(BaseModel):
    """A pair's sessions by number; ``shortfall`` says in a sentence what could not be planned."""

    pair_id: str
    programme_id: str
    shortfall: str
    ended: bool
    sessions: list[SessionView]

    @classmethod
    def of(cls, series: Series, sessions: list[SessionView], explain: Explain) -> Self:
        return cls(
            pair_id=series.id,
            programme_id=series.programme_id,
            shortfall=explain(series.shortfall) if series.shortfall else "",
            ended=series.ended,
            sessions=sessions,
        )
