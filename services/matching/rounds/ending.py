"""How a round ends without forming (more) pairs, and what it proposed is dropped, part by part."""

from collections.abc import Sequence
from functools import partial

from services.matching.members.programme import Programme, ProgrammeState
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds import proposing
from services.matching.rounds.report import Place, places_of
from services.matching.rounds.round import Round, RoundState
from shared.domain.pieces import in_pieces
from shared.domain.work import Store, Unit
from shared.language.matching import RoundFailure

TOGETHER = 20
"""Rounds in one unit of work: each may be a megabyte."""


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
    """Drop what a round that is over still proposes, and delete what a trial of long ago proposed."""
    while await store.run(partial(_sweep, round_id=round_id)):
        pass


async def _sweep(unit: Unit, *, round_id: str) -> bool:
    round_ = await unit.get(Round, round_id)
    if not round_.is_over:
        return False
    if round_.to_forget(unit.now):
        return await _forget(unit, round_)
    because = NotMade.OVER if round_.state is RoundState.FAILED else NotMade.SUPERSEDED
    more = await drop(unit, await proposing.proposals(unit.store, round_id, proposing.CHUNK), because)
    unit.save(round_.alive(unit.now) if more else round_.swept())
    return more


async def _forget(unit: Unit, round_: Round) -> bool:
    """Delete a piece of what the trial proposed and nobody made; returns whether there is more."""
    places, pairs = places_of(round_.id), {"round_id": round_.id, "state": PairState.DROPPED.value}
    for kind, where in ((Pair, pairs), (Place, places)):
        if ids := await unit.store.ids(kind, where, limit=proposing.CHUNK):
            unit.delete_where(kind, {"_id": {"$in": ids}})
            unit.save(round_.alive(unit.now))
            return True
    unit.save(round_.forgot())
    return False


async def call_old_trials(store: Store, _: object) -> None:
    """Trials that ended before it was known that they are forgotten one day have their day named."""
    where = {
        "choices.what_if": True,
        "state": {"$in": [RoundState.FAILED.value, RoundState.CANCELLED.value, RoundState.SUPERSEDED.value]},
        "due_at": None,
        "forgotten": None,
    }

    async def some(ids: Sequence[str]) -> None:
        async def work(unit: Unit) -> None:
            await unit.fetch((Round, each) for each in ids)
            for each in ids:
                unit.save((await unit.get(Round, each)).swept())

        await store.run(work)

    await in_pieces(await store.ids(Round, where), some, TOGETHER)
