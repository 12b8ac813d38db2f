"""Whether a pair keeps meeting, and the alarm when it does not.

Everything is worked out anew from the set of the pair's sessions, read in calendar order. So it does not matter
in which order streams and parked events arrive, nor whether one of them comes twice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from pydantic import AwareDatetime

from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.feedback import PairAtRisk, PairRecovered, Recovery, Risk
from shared.language.matching import PairEnded, PairFormed, PairState, state_after
from shared.language.sessions import (
    Outcome,
    SessionCancelled,
    SessionEvent,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
    Settled,
    fell_away,
    outcome_of,
)
from shared.language.terms import MomentumRules
from shared.language.values.value import Value

PairEvent = PairFormed | PairEnded


class Meeting(Value):
    """One session of the pair, as last heard of. ``lost`` is false when it fell away because the pair ended."""

    session_id: str
    number: int
    starts_at: AwareDatetime
    outcome: Outcome
    lost: bool


def meeting_of(event: SessionEvent) -> Meeting:
    """The session as that event leaves it."""
    return Meeting(
        session_id=event.session_id,
        number=event.number,
        starts_at=event.starts_at,
        outcome=outcome_of(event),
        lost=isinstance(event, SessionCancelled | SessionMissed) and not fell_away(event),
    )


def runs_of_losses(meetings: Iterable[Meeting]) -> tuple[tuple[Meeting, ...], ...]:
    """Sessions lost in a row: one run before each session held, and last the run that is still open.

    Sessions that are still to come interrupt nothing: two cancelled ahead of time are two in a row.
    """
    runs: list[tuple[Meeting, ...]] = [()]
    for meeting in meetings:
        if meeting.outcome is Outcome.HELD:
            runs.append(())
        elif meeting.lost:
            runs[-1] += (meeting,)
    return tuple(runs)


@dataclass(frozen=True, kw_only=True)
class Momentum(Aggregate):
    """A pair and its sessions; ``id`` is the pair id.

    ``meetings`` stand in calendar order. ``in_a_row`` counts the sessions lost since the last one held,
    ``recoveries`` how often the pair met again after an alarm.
    """

    projection: ClassVar[bool] = True
    collection: ClassVar[str] = "momentum"
    about: ClassVar[tuple[str, ...]] = ("mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "mentor_id", "mentee_id", "state", "meetings", "in_a_row", "at_risk", "recoveries"),
        programme_wide=True,
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "at_risk", "in_a_row", "_id"),
        ("meetings.session_id",),
    )

    programme_id: str
    mentor_id: str
    mentee_id: str
    state: PairState = PairState.ACTIVE
    meetings: tuple[Meeting, ...] = ()
    in_a_row: int = 0
    at_risk: bool = False
    recoveries: int = 0

    @classmethod
    def of(cls, event: PairEvent | SessionEvent) -> "Momentum":
        """A pair that was first heard of by this event, whichever it is: streams are not ordered."""
        return cls(
            id=event.pair_id,
            programme_id=event.programme_id,
            mentor_id=event.mentor_id,
            mentee_id=event.mentee_id,
        )

    def ended(self, event: PairEnded) -> "Momentum":
        """The two are done with each other: no alarm is raised any more."""
        return replace(self, state=state_after(event))

    def planned(self, event: SessionScheduled | SessionRescheduled) -> "Momentum":
        """A session stands in both calendars, perhaps at another time than before."""
        return self._with(meeting_of(event))

    def settled(self, event: Settled, rules: MomentumRules) -> "Momentum":
        """A session was held or lost.

        Raises PairAtRisk when as many sessions in a row are lost as the programme tolerates, and PairRecovered
        when a session held ends that.
        """
        before = self.meeting(event.session_id)
        is_late = before is not None and before.outcome is Outcome.MISSED
        return self._with(meeting_of(event))._judged(rules, Recovery.SAID_LATE if is_late else Recovery.MET)

    def _with(self, meeting: Meeting) -> "Momentum":
        others = [other for other in self.meetings if other.session_id != meeting.session_id]
        in_order = sorted([*others, meeting], key=lambda one: (one.starts_at, one.number))
        return replace(self, meetings=tuple(in_order))

    def _judged(self, rules: MomentumRules, recovery: Recovery) -> "Momentum":
        *before, now = (len(run) for run in runs_of_losses(self.meetings))
        judged = replace(
            self,
            in_a_row=now,
            at_risk=now >= rules.alarm_after,
            recoveries=sum(lost >= rules.alarm_after for lost in before),
        )
        if self.state is not PairState.ACTIVE or judged.at_risk is self.at_risk:
            return judged
        return judged.raising(judged._alarm() if judged.at_risk else judged._all_clear(recovery))

    def _alarm(self) -> PairAtRisk:
        return PairAtRisk(
            programme_id=self.programme_id, pair_id=self.id, because=Risk.SESSIONS_LOST, sessions_lost=self.in_a_row
        )

    def _all_clear(self, because: Recovery) -> PairRecovered:
        return PairRecovered(programme_id=self.programme_id, pair_id=self.id, because=because)

    def meeting(self, session_id: str) -> Meeting | None:
        """One of the pair's sessions."""
        return next((meeting for meeting in self.meetings if meeting.session_id == session_id), None)

    def by_outcome(self) -> Counter[Outcome]:
        """Outcome → number of sessions."""
        return Counter(meeting.outcome for meeting in self.meetings)

    def losses(self) -> tuple[Meeting, ...]:
        """The sessions lost since the last one held, in calendar order."""
        return runs_of_losses(self.meetings)[-1]

    def last_settled(self) -> Meeting | None:
        """The latest session in the calendar that was held, cancelled or missed."""
        return next((m for m in reversed(self.meetings) if m.outcome is not Outcome.SCHEDULED), None)

    def last_met(self) -> datetime | None:
        """When the latest session that was held began."""
        return next((m.starts_at for m in reversed(self.meetings) if m.outcome is Outcome.HELD), None)

    def next_meeting(self) -> datetime | None:
        """When the first session that nobody has settled yet begins; it may have passed already."""
        return next((m.starts_at for m in self.meetings if m.outcome is Outcome.SCHEDULED), None)
