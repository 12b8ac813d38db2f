"""From proposals to pairs: step by step, each one unit of work, so that it goes on wherever it was broken off."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from services.matching.markets.outcome import LeftOver
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.readable import fetch_readable
from services.matching.members.waiting_list import WaitingList
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.pairs.pairing import form
from services.matching.rounds import proposing
from services.matching.rounds.ending import drop, in_turn
from services.matching.rounds.proposing import Attempt, proposals, save_places
from services.matching.rounds.report import Place, places_after
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.domain.work import Store, Unit
from shared.language.terms import Role


async def approve(store: Store, round_id: str) -> None:
    """Form the round's pairs and tell everybody else why not, until all is done or it has to wait."""
    while await store.run(partial(_step, round_id=round_id)):
        pass


async def _step(unit: Unit, *, round_id: str) -> bool:
    """Do a part; returns whether there is more to do now."""
    round_ = await unit.get(Round, round_id)
    if round_.state is not RoundState.APPROVING:
        return False
    programme = await in_turn(unit, round_)
    if programme is None:
        return False
    if not programme.busy_with:
        unit.save(programme.busy(round_id))
    return await _next(unit, round_, programme)


Step = Callable[[Unit, Round, Programme], Awaitable[bool]]
"""One kind of work: does a part of it, or returns False when none is left."""


async def _next(unit: Unit, round_: Round, programme: Programme) -> bool:
    unit.save(round_.alive(unit.now))
    steps: tuple[Step, ...] = (_supersede, _clear_waiting_list, _form, _tell)
    for step in steps:
        if await step(unit, round_.alive(unit.now), programme):
            return True
    await _complete(unit, round_, programme)
    return False


async def _supersede(unit: Unit, round_: Round, _: Programme) -> bool:
    """No other round's proposals stand any more; each drops its own when it falls due."""
    where = {"programme_id": round_.programme_id, "state": RoundState.PROPOSED.value}
    others = await unit.store.ids(Round, where, limit=1)
    for other in others:
        unit.save((await unit.get(Round, other)).superseded(unit.now))
    return bool(others)


async def _clear_waiting_list(unit: Unit, round_: Round, _: Programme) -> bool:
    """A round looks at everybody, also at those whom the waiting list has a proposal for."""
    where = {"programme_id": round_.programme_id, "state": PairState.PROPOSED.value, "round_id": None}
    return await drop(unit, await unit.store.ids(Pair, where, limit=proposing.CHUNK), NotMade.SUPERSEDED)


async def _form(unit: Unit, round_: Round, programme: Programme) -> bool:
    ids = await proposals(unit.store, round_.id, proposing.CHUNK)
    await unit.fetch((Pair, pair_id) for pair_id in ids)
    pairs = [await unit.get(Pair, pair_id) for pair_id in ids]
    made = await form_proposed(unit, [pair for pair in pairs if pair.state is PairState.PROPOSED], round_, programme)
    lost = sorted({person for pair in made if pair.state is PairState.DROPPED for person in _two(pair)})
    changed = LeftOver(because=(reasons.CHANGED_MEANWHILE,))
    await save_places(unit, Attempt(round_.id, round_.attempts), [(person, changed) for person in lost])
    return bool(ids)


async def form_proposed(unit: Unit, pairs: Sequence[Pair], round_: Round, programme: Programme) -> list[Pair]:
    """Form these proposals of the round, or drop those that no longer hold; counts what was formed."""
    members = await fetch_readable(unit, Member, (person for pair in pairs for person in _two(pair)))
    alone = {member.id for member in members.values() if member.waits}
    whole = {pair.id: pair for pair in pairs if _is_whole(pair, members)}
    made = await form(unit, list(whole.values()), round_.terms(programme.terms)) if whole else []
    for pair in made:
        if pair.state is PairState.FORMED:
            round_ = round_.forms(pair.score, len(alone.intersection(_two(pair))))
            alone.difference_update(_two(pair))
    unit.save(round_)
    spoilt = [pair.dropped(NotMade.CHANGED_MEANWHILE) for pair in pairs if pair.id not in whole]
    for pair in spoilt:
        unit.save(pair)
    return [*made, *spoilt]


def _is_whole(pair: Pair, members: dict[str, Member]) -> bool:
    """Whether both are known, can be read and are still what they are to each other."""
    profiles = [members[person].profile if person in members else None for person in _two(pair)]
    return [profile.role if profile else None for profile in profiles] == [Role.MENTOR, Role.MENTEE]


def _two(pair: Pair) -> tuple[str, str]:
    return pair.mentor_id, pair.mentee_id


async def _tell(unit: Unit, round_: Round, _: Programme) -> bool:
    """Note the reason with everybody who still waits."""
    where = places_after(round_.id, round_.attempts, round_.told_up_to)
    places = await unit.store.all(Place, where, limit=proposing.CHUNK)
    members = await fetch_readable(unit, Member, (place.participant_id for place in places))
    told = [place for place in places if place.participant_id in members and members[place.participant_id].waits]
    for place in told:
        unit.save(members[place.participant_id].left_over(place.left_over.because, unit.now))
    if places:
        unit.save(round_.told([place.left_over.because for place in told], places[-1].participant_id))
    return bool(places)


async def _complete(unit: Unit, round_: Round, programme: Programme) -> None:
    """All is said; from now on the waiting list serves whoever comes or is freed."""
    unit.save(round_.completed(unit.now))
    unit.save(programme.free_of(round_.id))
    since = round_.looked_at or unit.now
    waiting = await unit.find(WaitingList, programme.id) or WaitingList(id=programme.id, since=since)
    unit.save(waiting.after_round(since, round_.choices.forbidden).calls(unit.now))
