"""Somebody who changes from one role to the other: a pair they are in goes on, and one that was proposed is dropped."""

from dataclasses import replace

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.pairs.pairing import form, join
from services.matching.pairs.rechecking import recheck
from shared.domain.work import Unit
from shared.language.terms import Role
from tests.support.memory import MemoryStore
from tests.unit.matching.people import member, pair, profile, terms

PROGRAMME = Programme(id="p", terms=terms())


def changed(found: Member) -> Member:
    return replace(found, profile=profile(Role.MENTEE))


def store() -> MemoryStore:
    return MemoryStore(PROGRAMME, member("mentor", Role.MENTOR), member("mentee", Role.MENTEE), pair())


async def test_a_pair_is_looked_at_as_what_they_are_in_it() -> None:
    memory = store()

    async def work(unit: Unit) -> None:
        await join(unit, await unit.get(Pair, "pair"), PROGRAMME.terms)

    async def change(unit: Unit) -> None:
        now = changed(await unit.get(Member, "mentor"))
        unit.save(now)
        await recheck(unit, now)

    await memory.run(work)
    await memory.run(change)
    assert (await memory.unit().get(Pair, "pair")).state is PairState.FORMED


async def test_a_proposal_is_dropped() -> None:
    memory = store()

    async def work(unit: Unit) -> None:
        unit.save(changed(await unit.get(Member, "mentor")))
        await form(unit, [await unit.get(Pair, "pair")], PROGRAMME.terms)

    await memory.run(work)
    pair = await memory.unit().get(Pair, "pair")
    assert (pair.state, pair.not_made) == (PairState.DROPPED, NotMade.CHANGED_MEANWHILE)
