"""Reads the sessions of whoever looks: their pairs, and of each the whole series."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.parties import Parties
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.people import pairs_of, parts_of
from shared.domain.work import Store, Unit
from shared.language.sessions import Outcome

MOST_SERIES = 50
"""Pairs of one person that are shown, the latest first."""


@dataclass(frozen=True)
class Ours:
    """One pair, as one of the two sees it."""

    series: Series
    sessions: list[Session]
    """By number."""
    me: Participant
    other: Participant
    programme: Programme
    now: datetime

    @cached_property
    def to_answer(self) -> list[Session]:
        """Those that have begun, and of which nobody has said that they took place."""
        return [each for each in self.sessions if each.state is Outcome.SCHEDULED and each.starts_at <= self.now]

    @cached_property
    def next(self) -> Session | None:
        """The one that is next."""
        ahead = [each for each in self.sessions if each.state is Outcome.SCHEDULED and each.starts_at > self.now]
        return min(ahead, key=lambda each: each.starts_at, default=None)

    @property
    def held(self) -> int:
        """How many took place."""
        return sum(each.state is Outcome.HELD for each in self.sessions)


async def read_ours(store: Store, ids: Collection[str]) -> list[Ours]:
    """The pairs of the person of these ids: those that go on first."""
    mine = {each.id: each for each in await store.all(Participant, parts_of(ids))} if ids else {}
    found = await store.all(Series, pairs_of(mine), sort=(("_id", 1),), limit=MOST_SERIES) if mine else []
    unit = store.unit()
    ours = [await _one(store, unit, each, mine) for each in found]
    return sorted(ours, key=lambda one: (one.series.ended, one.next is None, one.series.id))


async def _one(store: Store, unit: Unit, series: Series, mine: dict[str, Participant]) -> Ours:
    parties = await Parties.of(series, unit)
    me, other = (parties.mentor, parties.mentee) if series.mentor_id in mine else (parties.mentee, parties.mentor)
    sessions = await store.all(Session, {"pair_id": series.id}, sort=(("number", 1),))
    return Ours(series, sessions, me, other, parties.programme, store.clock.now())
