"""How a programme goes, in five figures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.registration.board.card import PairCard
from services.registration.people.participant import Participant, Standing
from shared.domain.work import Store, Where
from shared.language.matching import PairState
from shared.language.sessions import Outcome

ACTIVE: Where = {"state": PairState.ACTIVE}
NEEDS_HELP: Where = {**ACTIVE, "at_risk.since": {"$gt": ""}}
"""Asked for as any text at all: what says that nothing is missing finds no place to begin in an index."""


@dataclass(frozen=True)
class Figures:
    """Of people and pairs those of now, of sessions those of a while; one that nobody has told of yet is no session."""

    people: int
    pairs: int
    held: int
    lost: int
    in_need: int


async def read_figures(store: Store, programme_id: str, since: datetime, until: datetime) -> Figures:
    """Of that programme, with the sessions from ``since`` until before ``until``."""
    here: Where = {"programme_id": programme_id}
    meetings = await store.counts(
        PairCard,
        {**here, "meetings.starts_at": {"$gte": _stored(since), "$lt": _stored(until)}},
        ("meetings.outcome",),
        each="meetings",
    )
    return Figures(
        people=await store.count(Participant, {**here, "state": {"$ne": Standing.WITHDRAWN.value}}),
        pairs=await store.count(PairCard, {**here, **ACTIVE}),
        held=meetings.get((Outcome.HELD.value,), 0),
        lost=sum(meetings.get((each.value,), 0) for each in (Outcome.CANCELLED, Outcome.MISSED)),
        in_need=await store.count(PairCard, {**here, **NEEDS_HELP}),
    )


def _stored(moment: datetime) -> str:
    """As times stand in the database, where they sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
