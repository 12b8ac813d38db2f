"""How a round is computed: claimed in one unit of work, looked at and solved outside of any, then proposed.

Meanwhile the claim is renewed every second, so that a round is taken up elsewhere only when its process is gone; the
same look tells whether anybody still wants it.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

import structlog

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.metrics import Ending, metrics
from services.matching.rounds import proposing
from services.matching.rounds.choices import Locks
from services.matching.rounds.ending import fail, in_turn
from services.matching.rounds.proposing import Attempt, Overtaken, Reading
from services.matching.rounds.round import TO_COMPUTE, Round
from services.matching.rules.candidate import Snapshot
from services.matching.solver.worker import WorkerFailed, WorkerLost, solve_aside
from shared.domain.errors import Conflict
from shared.domain.work import Store, Unit
from shared.language.matching import RoundFailure
from shared.loops import is_transient

log = structlog.get_logger()

T = TypeVar("T")

RENEWAL = 1.0
"""Seconds between two looks at a round that is being computed."""


class Claimed(NamedTuple):
    """A round this process is to compute."""

    attempt: Attempt
    round_: Round
    programme: Programme


async def compute(store: Store, round_id: str) -> None:
    """Run the round unless it has to wait or somebody else runs it; raises only what is transient."""
    claimed = await store.run(lambda unit: claim(unit, round_id))
    if claimed is None:
        return
    with metrics.one_running():
        ending = await _compute(store, claimed)
    metrics.ended(ending)


async def _compute(store: Store, claimed: Claimed) -> Ending:
    """What became of it. Handed back when the service stops or cannot go on, so that another replica need not wait."""
    attempt = claimed.attempt
    try:
        return await _compute_undisturbed(store, claimed)
    except Overtaken:
        return await _overtaken(store, attempt)
    except WorkerLost:
        log.warning("round lost its worker", key=attempt.round_id)
        await store.run(partial(_lose, attempt=attempt))
        return Ending.LOST
    except BaseException:
        metrics.ended(Ending.HANDED_BACK)
        with contextlib.suppress(Exception):  # otherwise its lease runs out; whoever is cancelled has to stop
            await store.run(partial(_hand_back, attempt=attempt))
        raise


async def _compute_undisturbed(store: Store, claimed: Claimed) -> Ending:
    round_id = claimed.attempt.round_id
    try:
        watch = Watch(store, claimed.attempt)
        reading, outcome = await watch.over(_find(store, claimed, watch))
        metrics.computed(outcome, unreadable=len(reading.left_out))
        await proposing.propose(store, claimed.attempt, reading, outcome)
    except (Overtaken, WorkerLost):
        raise
    except WorkerFailed as error:
        log.error("round failed", key=round_id, error=error.error, frames=error.frames)
    except Exception as error:
        if is_transient(error) or isinstance(error, Conflict):
            raise
        log.exception("round failed", key=round_id)
    else:
        _told(claimed, outcome)
        return Ending.COMPUTED
    await store.run(lambda unit: fail(unit, round_id, RoundFailure.DEFECT))
    return Ending.FAILED


def _told(claimed: Claimed, outcome: Outcome) -> None:
    """A trial says nothing to anybody else."""
    round_, whole = claimed.round_, outcome.certificate
    log.info(
        "round computed",
        service="matching",
        programme_id=round_.programme_id,
        round_id=round_.id,
        attempt=claimed.attempt.number,
        what_if=round_.choices.what_if,
        pairs=len(outcome.matches),
        people=whole.reached.people,
        points=whole.reached.points,
        gap=whole.gap,
        left_over=len(outcome.left_over),
    )


async def _find(store: Store, claimed: Claimed, watch: "Watch") -> tuple[Reading, Outcome]:
    await watch.note(Progress(stage=Stage.READING, done=0, of=1))
    reading = await read(store, claimed)
    return reading, await solve_aside(reading.snapshot, watch.note)


async def _overtaken(store: Store, attempt: Attempt) -> Ending:
    round_ = await store.unit().get(Round, attempt.round_id)
    log.info("round is not wanted any more" if round_.is_over else "round is somebody else's", key=round_.id)
    return Ending.CANCELLED if round_.is_over else Ending.LOST


class Watch:
    """Keeps a round's claim while it is computed, and tells how far it is."""

    def __init__(self, store: Store, attempt: Attempt) -> None:
        self._store, self._attempt = store, attempt
        self._progress: Progress | None = None

    async def note(self, progress: Progress) -> None:
        """So far it is; told with the next renewal."""
        self._progress = progress
        metrics.progressed(progress)

    async def over(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work comes to; it is ended when the round is cancelled or another's: Overtaken is raised then."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=RENEWAL))[0]:
                await self._renew()
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _renew(self) -> None:
        try:
            await self._store.run(self._renewed)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("waiting", part="round", because=type(error).__name__)  # it computes on, with or without

    async def _renewed(self, unit: Unit) -> None:
        unit.save((await proposing.ours(unit, self._attempt)).at_work(self._progress, unit.now))


async def claim(unit: Unit, round_id: str) -> Claimed | None:
    """Take the round for a while; None when it has to wait, is not due or is over."""
    round_ = await unit.get(Round, round_id)
    if round_.state not in TO_COMPUTE or round_.due_at is None or round_.due_at > unit.now:
        return None
    programme = await in_turn(unit, round_)
    if programme is None:
        return None
    claimed = round_.claimed(programme.terms.pairing, unit.now)
    programme = programme.free_of(round_id) if claimed.is_over else programme.busy(round_id)
    unit.save(claimed)
    unit.save(programme)
    return None if claimed.is_over else Claimed(Attempt(round_id, claimed.attempts), claimed, programme)


async def read(store: Store, claimed: Claimed) -> Reading:
    """Everybody who takes part, at one moment; records that cannot be read are left out and named."""
    now = store.clock.now()
    where = {"programme_id": claimed.programme.id, "withdrawn": False}
    members, left_out = await store.readable(Member, where)
    return Reading(await asyncio.to_thread(_snapshot, claimed, members, now), left_out)


def _snapshot(claimed: Claimed, members: Sequence[Member], now: datetime) -> Snapshot:
    people = {candidate.id: candidate for member in members if (candidate := member.candidate(now))}
    choices, terms = claimed.round_.choices, claimed.round_.terms(claimed.programme.terms)
    return Snapshot(
        terms=terms,
        candidates=tuple(people.values()),
        seed=choices.seed,
        locked=Locks.of(choices.locked, people, terms).held,
        forbidden=choices.forbidden,
    )


async def _lose(unit: Unit, *, attempt: Attempt) -> None:
    with contextlib.suppress(Overtaken):
        unit.save((await proposing.ours(unit, attempt)).lost(unit.now))


async def _hand_back(unit: Unit, *, attempt: Attempt) -> None:
    with contextlib.suppress(Overtaken):
        unit.save((await proposing.ours(unit, attempt)).handed_back(unit.now))
