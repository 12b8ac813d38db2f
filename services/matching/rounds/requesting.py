"""Asking for a round: with the choices of another one, changed where a manager wants, or from scratch."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Literal, Self

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.readable import fetch_readable
from services.matching.rounds.choices import Changes, Choices, Locks, Two
from services.matching.rounds.round import Round
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.pieces import chunks
from shared.domain.work import Unit
from shared.language.matching import MatchingRequested
from shared.language.terms import Terms

MOST_ROUNDS = 1000
"""Rounds and trials of one programme."""


@dataclass(frozen=True, kw_only=True)
class Request(Aggregate):
    """Somebody asked for a round. Apart from the round, because each numbers the events of its own stream."""

    collection: ClassVar[str] = "requests"

    programme_id: str

    def made(self, by: Literal["manager", "schedule"]) -> Self:
        """Raises MatchingRequested."""
        return self.raising(MatchingRequested(programme_id=self.programme_id, round_id=self.id, by=by))


async def ask(unit: Unit, programme: Programme, round_id: str, changes: Changes, before: Choices) -> Round:
    """Ask for a round; the same id twice is one round.

    Raises Refused when the programme is over or has had too many, the id is another programme's, a pair to be put
    together breaks a rule, or somebody takes no part who is to be kept apart, or let go though no choice holds them.
    A trial is not told of on the bus, so it is ready at once.
    """
    known = await unit.find(Round, round_id)
    if known is not None:
        if known.programme_id != programme.id:
            raise Refused("round-of-another-programme")
        return known
    programme.must_be_open()
    if await unit.store.count(Round, {"programme_id": programme.id}) >= MOST_ROUNDS:
        raise Refused("too-many-rounds", most=MOST_ROUNDS)
    await _all_take_part(unit, programme, changes, before)
    choices = await _checked(unit, programme, changes.of(before, programme.terms), frozenset(changes.lock))
    asked = Round(id=round_id, programme_id=programme.id, requested_at=unit.now, choices=choices)
    unit.save(asked.ready(unit.now) if choices.what_if else asked)
    if not choices.what_if:
        unit.save(Request(id=round_id, programme_id=programme.id).made("manager"))
    return asked


async def _all_take_part(unit: Unit, programme: Programme, changes: Changes, before: Choices) -> None:
    """Whoever stands in a choice may always be let go: earlier versions took anybody's id."""
    chosen = {*before.locked, *before.forbidden}
    freed = [two for two in (*changes.unlock, *changes.allow) if two not in chosen]
    for person in await _strangers(unit, programme, changes.forbid):
        raise Refused("apart-takes-no-part", participant_id=person)
    for person in await _strangers(unit, programme, freed):
        raise Refused("freed-takes-no-part", participant_id=person)


async def _strangers(unit: Unit, programme: Programme, couples: Iterable[Two]) -> list[str]:
    people = list(dict.fromkeys(person for two in couples for person in two))
    ours = {"_id": {"$in": people}, "programme_id": programme.id}
    known = set(await unit.store.ids(Member, ours)) if people else set()
    return [person for person in people if person not in known]


async def _checked(unit: Unit, programme: Programme, choices: Choices, new: AbstractSet[Two]) -> Choices:
    """Every pair to be put together can be; those taken over that have become pairs meanwhile are left out.

    Some at a time: of thousands of people in memory even a look for garbage among them takes long.
    """
    pairing = choices.pairing or programme.terms.pairing
    terms = programme.terms.model_copy(update={"pairing": pairing})
    locked: list[Two] = []
    taken: Counter[str] = Counter()
    for some in chunks(choices.locked):
        members = await fetch_readable(unit.store.unit(), Member, (person for two in some for person in two))
        own = {member.id: member for member in members.values() if member.programme_id == programme.id}
        met = {(mentor, mentee) for mentor, member in own.items() for mentee in member.partners}
        wanted = [two for two in some if two in new or two not in met]
        (await asyncio.to_thread(_locks, wanted, own.values(), terms, taken, unit.now)).must_hold()
        locked += wanted
    return replace(choices, locked=tuple(locked))


def _locks(wanted: list[Two], members: Iterable[Member], terms: Terms, taken: Counter[str], now: datetime) -> Locks:
    people = {member.id: candidate for member in members if (candidate := member.candidate(now))}
    return Locks.of(wanted, people, terms, taken)
