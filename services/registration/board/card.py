"""What the live page knows of a pair, gathered from what matching, sessions and feedback tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from typing import ClassVar, Self

from pydantic import AwareDatetime

from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.feedback import PairAtRisk, PairRecovered
from shared.language.matching import (
    PairCompleted,
    PairDissolved,
    PairEnded,
    PairFormed,
    PairRechecked,
    PairState,
    state_after,
)
from shared.language.sessions import Outcome, SessionEvent, fell_away, outcome_of
from shared.language.values.value import Value

PairEvent = PairFormed | PairRechecked | PairEnded
MomentumEvent = PairAtRisk | PairRecovered


class Meeting(Value):
    """One session of a pair."""

    session_id: str
    number: int
    starts_at: AwareDatetime
    """In UTC, so that stored times sort as text."""
    ends_at: AwareDatetime | None = None
    """Unknown of what was heard before this was kept."""
    outcome: Outcome


class AtRisk(Value):
    """The alarm is up: when it was raised, and after how many sessions lost in a row."""

    since: AwareDatetime
    sessions_lost: int


@dataclass(frozen=True, kw_only=True)
class PairCard(Aggregate):
    """A pair as the live page shows it.

    The streams that feed it are not ordered against each other, so it may start from any event of the pair, and
    every order of the streams leads to the same card.
    """

    projection: ClassVar[bool] = True
    collection: ClassVar[str] = "board_pairs"
    about: ClassVar[tuple[str, ...]] = ("mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "mentor_id", "mentee_id", "state", "meetings", "fallen", "held", "at_risk", "broken"),
        programme_wide=True,
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "state", "at_risk.since"),
        ("programme_id", "state", "broken"),
        ("mentor_id",),
        ("mentee_id",),
    )

    programme_id: str
    mentor_id: str = ""
    mentee_id: str = ""
    state: PairState = PairState.ACTIVE
    meetings: tuple[Meeting, ...] = ()
    """By number."""
    fallen: tuple[Meeting, ...] = ()
    """Sessions that were called off because the pair ended, by number."""
    held: int = 0
    at_risk: AtRisk | None = None
    broken: tuple[str, ...] = ()
    """Hard rules of pairing that a change in somebody's data has broken."""

    @classmethod
    def of_event(cls, event: PairEvent | SessionEvent | MomentumEvent) -> Self:
        """The empty card of the pair the event tells of."""
        return cls(id=event.pair_id, programme_id=event.programme_id)

    def paired(self, event: PairEvent) -> Self:
        """The pair began, was looked at again, or ended."""
        card = replace(self, mentor_id=event.mentor_id, mentee_id=event.mentee_id)
        match event:
            case PairFormed():
                return card
            case PairRechecked():
                return replace(card, broken=event.broken)
            case PairCompleted() | PairDissolved():
                return replace(card, state=state_after(event))

    def meeting(self, event: SessionEvent) -> Self:
        """Something happened to a session; what was called off because the pair ended is nobody's loss."""
        meetings, fallen = _without(self.meetings, event), _without(self.fallen, event)
        (fallen if fell_away(event) else meetings).append(_meeting(event))
        return replace(
            self,
            mentor_id=event.mentor_id,
            mentee_id=event.mentee_id,
            meetings=_by_number(meetings),
            fallen=_by_number(fallen),
            held=sum(each.outcome is Outcome.HELD for each in meetings),
        )

    def momentum(self, event: MomentumEvent, now: datetime) -> Self:
        """The alarm was raised or is over."""
        if isinstance(event, PairRecovered):
            return replace(self, at_risk=None)
        return replace(self, at_risk=AtRisk(since=now, sessions_lost=event.sessions_lost))

    def losses(self) -> tuple[Meeting, ...]:
        """The sessions lost since the last one held, in calendar order: also those lost after the alarm was raised."""
        settled = [each for each in self._in_order() if each.outcome is not Outcome.SCHEDULED]
        return tuple(takewhile(lambda each: each.outcome is not Outcome.HELD, reversed(settled)))[::-1]

    def lost(self) -> int:
        """How many; the alarm may have been heard of before its sessions were."""
        return max(len(self.losses()), self.at_risk.sessions_lost if self.at_risk else 0)

    def losing_since(self) -> datetime | None:
        """When the first of them was to be, or was given up beforehand; None while there is no alarm."""
        if self.at_risk is None:
            return None
        return min((*(each.starts_at for each in self.losses()), self.at_risk.since))

    def _in_order(self) -> list[Meeting]:
        return sorted(self.meetings, key=lambda each: (each.starts_at, each.number))

    def next_meeting(self, now: datetime) -> Meeting | None:
        """The next session that is still to come."""
        ahead = [each for each in self.meetings if each.outcome is Outcome.SCHEDULED and each.starts_at >= now]
        return min(ahead, key=lambda each: each.starts_at, default=None)


def active_of(cards: Iterable[PairCard]) -> list[PairCard]:
    """The pairs that work together now."""
    return [card for card in cards if card.state is PairState.ACTIVE and card.mentor_id]


def _without(meetings: Iterable[Meeting], event: SessionEvent) -> list[Meeting]:
    return [each for each in meetings if each.session_id != event.session_id]


def _by_number(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    return tuple(sorted(meetings, key=lambda each: (each.number, each.session_id)))


def _meeting(event: SessionEvent) -> Meeting:
    return Meeting(
        session_id=event.session_id,
        number=event.number,
        starts_at=event.starts_at.astimezone(UTC),
        ends_at=event.ends_at.astimezone(UTC),
        outcome=outcome_of(event),
    )
