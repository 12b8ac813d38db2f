"""How two people come together and part: what changes a pair and both its members in one unit of work."""

from collections.abc import Sequence

from services.matching.members.member import Member
from services.matching.members.waiting_list import save_seeking
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rules.asking import Couple, broken_rules
from services.matching.rules.candidate import Candidate
from shared.domain.errors import Refused
from shared.domain.work import Store, Unit
from shared.language.matching import Parting
from shared.language.terms import Role, Terms


async def form(unit: Unit, pairs: Sequence[Pair], terms: Terms) -> list[Pair]:
    """Make pairs of proposals, each formed or, when a rule or a place no longer holds, dropped."""
    await unit.fetch((Member, person) for pair in pairs for person in (pair.mentor_id, pair.mentee_id))
    couples = {pair.id: couple for pair in pairs if (couple := await _couple(unit, pair))}
    broken = dict(zip(couples, broken_rules(list(couples.values()), terms), strict=True))
    return [await _form(unit, pair, terms, holds=broken.get(pair.id) == ()) for pair in pairs]


async def _couple(unit: Unit, pair: Pair) -> Couple | None:
    mentor = await _candidate(unit, pair.mentor_id, Role.MENTOR)
    mentee = await _candidate(unit, pair.mentee_id, Role.MENTEE)
    return (mentor, mentee) if mentor and mentee else None


async def _candidate(unit: Unit, participant_id: str, role: Role) -> Candidate | None:
    """None too for whoever has changed sides since the pair was proposed."""
    member = await unit.find(Member, participant_id)
    found = member.candidate(unit.now) if member else None
    return found if found and found.profile.role is role else None


async def _form(unit: Unit, pair: Pair, terms: Terms, holds: bool) -> Pair:
    """The rules were asked before any pair of this unit was formed, so places are counted once more."""
    mentor, mentee = await unit.get(Member, pair.mentor_id), await unit.get(Member, pair.mentee_id)
    if holds and mentor.room and mentee.room:
        return await join(unit, pair, terms)
    dropped = pair.dropped(NotMade.CHANGED_MEANWHILE)
    unit.save(dropped)
    return dropped


async def join(unit: Unit, pair: Pair, terms: Terms) -> Pair:
    """The two are together from now on; raises Refused unless the pair is proposed. Asks no rule."""
    formed = pair.approved(unit.now, terms.pairing.decline_within_days)
    unit.save(formed)
    for person, partner in ((pair.mentor_id, pair.mentee_id), (pair.mentee_id, pair.mentor_id)):
        unit.save((await unit.get(Member, person)).paired(pair.id, partner, unit.now))
    return formed


async def part(unit: Unit, pair: Pair, because: Parting) -> Pair:
    """End a pair before its time and free both; raises Refused when it is not together."""
    return await _end(unit, pair.dissolved(because))


async def decline(unit: Unit, pair: Pair) -> Pair:
    """Take back a pair in its first days and free both, nobody to blame; raises Refused when they are over."""
    return await _end(unit, pair.declined(unit.now))


async def _end(unit: Unit, ended: Pair) -> Pair:
    unit.save(ended)
    for person in (ended.mentor_id, ended.mentee_id):
        member = await unit.get(Member, person)
        await save_seeking(unit, member.freed(ended.id, unit.now, since=unit.happened_at))
    return ended


async def refuse(unit: Unit, pair: Pair) -> Pair:
    """A manager does not want this proposal; raises Refused when it is none any more."""
    if pair.state is not PairState.PROPOSED:
        raise Refused("nothing-to-refuse")
    return await _drop(unit, pair, NotMade.REFUSED)


async def _drop(unit: Unit, pair: Pair, because: NotMade) -> Pair:
    """Those whom the waiting list had proposed to each other it looks after anew."""
    dropped = pair.dropped(because)
    unit.save(dropped)
    for person in (pair.mentor_id, pair.mentee_id) if pair.round_id is None else ():
        await save_seeking(unit, (await unit.get(Member, person)).seeks_again(unit.now))
    return dropped


async def steps_back(unit: Unit, member: Member) -> None:
    """They no longer take part; whoever was or might have been their partner is free."""
    unit.save(member.steps_back(unit.now))
    for pair_id in member.pairs:
        pair = await unit.get(Pair, pair_id)
        if pair.state is PairState.FORMED:
            await part(unit, pair, Parting.WITHDRAWN)
    for pair_id in await _proposals(unit.store, member):
        await _drop(unit, await unit.get(Pair, pair_id), NotMade.CHANGED_MEANWHILE)


async def _proposals(store: Store, member: Member) -> list[str]:
    """What the waiting list proposes of them; a round asks everything again when it is approved."""
    where = {
        "programme_id": member.programme_id,
        "state": PairState.PROPOSED.value,
        "round_id": None,
        "$or": [{"mentor_id": member.id}, {"mentee_id": member.id}],
    }
    return await store.ids(Pair, where)
