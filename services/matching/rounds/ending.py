"""How a round ends without forming (more) pairs, and what it proposed is dropped, part by part."""

from collections.abc import Sequence
from functools import partial

from services.matching.members.programme import Programme, ProgrammeState
from services.matching.pairs.pair import NotMade, Pair
from services.matching.rounds import proposing
from services.matching.rounds.round import Round, RoundState
from shared.domain.work import Store, Unit
from shared.language.matching import RoundFailure


async def fail(unit: Unit, round_id: str, because: RoundFailure) -> None:
    """The round will not succeed, unless it has ended already; the programme is free for the next one."""
    round_ = await unit.get(Round, round_id)
    if not round_.is_over:
        await _end(unit, round_.failed(because, unit.now))


async def in_turn(unit: Unit, round_: Round) -> Programme | None:
    """The programme, when the round may go on now; None when that is over or another of its rounds is at work."""
    programme = await unit.get(Programme, round_.programme_id)
    if programme.state is ProgrammeState.CLOSED:
        await fail(unit, round_.id, RoundFailure.PROGRAMME_OVER)
        return None
    if programme.busy_with not in ("", round_.id):
        unit.save(round_.wait(unit.now))
        return None
    return programme


async def cancel(unit: Unit, round_id: str) -> Round:
    """A manager does not want the round; raises Refused when it is too late for that."""
    round_ = await unit.get(Round, round_id)
    return await _end(unit, round_.cancelled(unit.now))


async def _end(unit: Unit, ended: Round) -> Round:
    programme = await unit.get(Programme, ended.programme_id)
    unit.save(ended)
    unit.save(programme.free_of(ended.id))
    return ended


async def drop(unit: Unit, ids: Sequence[str], because: NotMade) -> bool:
    """Drop those of these pairs that are proposals; returns whether there were any ids."""
    await unit.fetch((Pair, pair_id) for pair_id in ids)
    for pair_id in ids:
        unit.save((await unit.get(Pair, pair_id)).dropped(because))
    return bool(ids)


async def sweep(store: Store, round_id: str) -> None:
    """Drop what a round that is over still proposes."""
    while await store.run(partial(_sweep, round_id=round_id)):
        pass


async def _sweep(unit: Unit, *, round_id: str) -> bool:
    round_ = await unit.get(Round, round_id)
    if not round_.is_over:
        return False
    because = NotMade.OVER if round_.state is RoundState.FAILED else NotMade.SUPERSEDED
    more = await drop(unit, await proposing.proposals(unit.store, round_id, proposing.CHUNK), because)
    unit.save(round_.alive(unit.now) if more else round_.swept())
    return more
