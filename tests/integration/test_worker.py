"""Rounds survive whatever happens to the process that computes them, and to the service that started it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from deploy.local.issuer import Issuer
from services.matching import handlers
from services.matching.app import service
from services.matching.markets.outcome import Stage
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.metrics import Ending, metrics
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds import proposing
from services.matching.rounds.choices import Choices
from services.matching.rounds.computing import Watch, claim
from services.matching.rounds.ending import cancel
from services.matching.rounds.proposing import Overtaken
from services.matching.rounds.round import LEASE, Round, RoundState
from services.matching.solver import worker
from services.matching.solver.worker import Worker
from shared.delivery.due import DueRows
from shared.domain import handlers as declared
from shared.domain.clock import MovedClock, SystemClock
from shared.domain.errors import Conflict
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.language.matching import RoundFailure
from shared.language.terms import Approval, Role
from shared.loops import Pulse, for_ever
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support import slow_worker
from tests.support.backends import Kafka, Mongo
from tests.support.serving import serving, until
from tests.unit.matching.people import profile, terms

FOR_EVER = slow_worker.FOR_EVER
NEVER = timedelta(days=1)
"""A lease that runs out in no test: what happens all the same happens at once."""


@pytest.fixture(autouse=True)
async def scripted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Workers that do as the round's seed says; none is left when the test ends."""
    monkeypatch.setattr(worker, "PROGRAM", slow_worker.PROGRAM)
    monkeypatch.setattr("services.matching.rounds.computing.RENEWAL", 0.1)
    monkeypatch.setattr("shared.delivery.due.POLL", 0.05)
    monkeypatch.setattr("shared.delivery.due.LOOK_AGAIN", 0.05)
    yield
    while worker._idle:
        await worker._idle.pop().end()


@pytest.fixture
async def stores(mongodb: Mongo, database_name: str) -> AsyncIterator[Callable[[], Store]]:
    """Makes stores on one database, as replicas have them."""
    made: list[Store] = []

    def another() -> Store:
        made.append(Store(mongodb.url, f"{database_name}_matching", Origin("matching", "test"), SystemClock()))
        return made[-1]

    await another().prepare(service.aggregates)
    yield another
    for store in made:
        await store.close()


@pytest.fixture
def store(stores: Callable[[], Store]) -> Store:
    """The first replica's."""
    return stores()


@asynccontextmanager
async def replica(store: Store) -> AsyncIterator[Pulse]:
    """What drives rounds in a service, until it is stopped as a service stops."""
    telemetry, pulse = Telemetry("matching", "test"), Pulse()
    rows = DueRows(store, [due for due in declared.due(handlers) if due.kind is Round], telemetry)
    loops = [
        asyncio.create_task(for_ever(due.part, lambda due=due: rows.step(due), pulse, telemetry))  # type: ignore[misc]
        for due in rows.dues
    ]
    try:
        yield pulse
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def keep(store: Store, *aggregates: Any) -> None:
    async def work(unit: Unit) -> None:
        for aggregate in aggregates:
            unit.save(aggregate)

    await store.run(work)


async def programme(store: Store, name: str, *, seed: int = 0, what_if: bool = False, **pairing: Any) -> None:
    """Two who suit and a third, and a round that is due; both are called ``name``."""
    now = store.clock.now()
    people = [("junior", Role.MENTOR), ("other", Role.MENTOR), ("senior", Role.MENTEE)]
    await keep(
        store,
        Programme(id=name, terms=terms(**{"approval": Approval.MANAGER} | pairing)),
        *(
            Member(
                id=f"{name}-{who}", programme_id=name, person_id=f"{name}-{who}", profile=profile(role), trained=True
            )
            for who, role in people
        ),
        Round(
            id=name,
            programme_id=name,
            requested_at=now,
            due_at=now,
            choices=Choices(seed=seed, what_if=what_if),
        ),
    )


async def keep_up_to_date(store: Store, changed: Round) -> None:
    async def work(unit: Unit) -> None:
        await unit.get(Round, changed.id)
        unit.save(changed)

    await store.run(work)


async def round_of(store: Store, name: str = "a") -> Round:
    return await store.unit().get(Round, name)


async def reaches(store: Store, name: str, *states: RoundState) -> Round:
    """The round, once it is in one of these states."""

    async def there() -> bool:
        return (await round_of(store, name)).state in states

    await until(there)
    return await round_of(store, name)


async def computes(store: Store, name: str = "a", attempt: int = 1) -> Round:
    """The round, once its worker has been heard of."""

    async def heard() -> bool:
        found = await round_of(store, name)
        return found.attempts == attempt and found.progress is not None and found.progress.stage is Stage.SCORING

    await until(heard)
    return await round_of(store, name)


async def call_off(store: Store, name: str = "a") -> None:
    await store.run(lambda unit: cancel(unit, name))


async def start_worker() -> Worker:
    """The one the next round gets."""
    worker._idle.append(await Worker.start())
    return worker._idle[-1]


def gone(pid: int) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return asked


def ended(ending: Ending) -> float:
    return metrics.registry.get_sample_value("telemachus_round_computations_total", {"ending": ending}) or 0.0


async def test_a_round_goes_from_request_to_pairs(store: Store) -> None:
    computed = ended(Ending.COMPUTED)
    await programme(store, "a", approval=Approval.AUTOMATIC)
    async with replica(store):
        done = await reaches(store, "a", RoundState.COMPLETED)

    pairs = await store.all(Pair, {})
    assert [(pair.state, pair.mentor_id, pair.mentee_id) for pair in pairs] == [
        (PairState.FORMED, "a-junior", "a-senior")
    ]
    assert (done.attempts, done.losses) == (1, 0)
    assert ended(Ending.COMPUTED) == computed + 1
    assert metrics.registry.get_sample_value("telemachus_round_gap_points") == 0
    assert metrics.registry.get_sample_value("telemachus_round_coverage_ratio") == 1
    assert metrics.registry.get_sample_value("telemachus_rounds_running") == 0


async def test_the_round_of_a_killed_worker_is_taken_up_again_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.matching.rounds.round.LEASE", NEVER)
    one, lost = await start_worker(), ended(Ending.LOST)
    await programme(store, "a", seed=FOR_EVER)
    async with replica(store):
        await computes(store)
        os.kill(one.pid, signal.SIGKILL)
        again = await computes(store, attempt=2)
        await call_off(store)

    assert (again.state, again.losses) == (RoundState.RUNNING, 1)
    assert ended(Ending.LOST) == lost + 1


async def test_a_round_that_kills_its_workers_is_given_up(store: Store) -> None:
    await programme(store, "a", seed=slow_worker.DIES)
    async with replica(store):
        failed = await reaches(store, "a", RoundState.FAILED)

    assert (failed.failure, failed.attempts) == (RoundFailure.WORKER_LOST, 3)
    assert (await store.unit().get(Programme, "a")).busy_with == ""


async def test_a_defect_fails_the_round_at_once(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    failures = ended(Ending.FAILED)
    await programme(store, "a", seed=slow_worker.RAISES)
    async with replica(store):
        failed = await reaches(store, "a", RoundState.FAILED)

    assert (failed.failure, failed.attempts) == (RoundFailure.DEFECT, 1)
    assert ended(Ending.FAILED) == failures + 1
    assert "ValueError" in caplog.text and "wrote" not in caplog.text


async def test_a_cancelled_round_stops_its_worker_and_makes_room(store: Store) -> None:
    one, cancelled = await start_worker(), ended(Ending.CANCELLED)
    await programme(store, "a", seed=FOR_EVER)
    async with replica(store):
        await computes(store)
        await call_off(store)
        await until(gone(one.pid))
        next_one = Round(id="next", programme_id="a", requested_at=store.clock.now(), due_at=store.clock.now())
        await keep(store, next_one)
        await reaches(store, "next", RoundState.PROPOSED)

    assert (await round_of(store)).state is RoundState.CANCELLED
    assert ended(Ending.CANCELLED) == cancelled + 1
    assert await store.count(Pair, {"round_id": "a"}) == 0


async def test_a_service_that_stops_hands_its_round_back(
    store: Store, stores: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.matching.rounds.round.LEASE", NEVER)
    one = await start_worker()
    await programme(store, "a", seed=FOR_EVER)
    async with replica(store):
        await computes(store)
    handed_back = await round_of(store)
    assert (handed_back.state, handed_back.losses) == (RoundState.REQUESTED, 0)
    assert await gone(one.pid)()

    async with replica(stores()):
        again = await computes(store, attempt=2)
        await call_off(store)
    assert (again.state, again.losses) == (RoundState.RUNNING, 0)


async def test_a_service_stops_though_the_database_is_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: Any) -> None:
        raise AutoReconnect("away")

    await programme(store, "a", seed=FOR_EVER)
    async with replica(store):
        await computes(store)
        monkeypatch.setattr(store, "run", away)
    assert (await round_of(store)).state is RoundState.RUNNING


async def test_the_round_of_a_killed_service_is_taken_up_after_its_lease(
    store: Store, stores: Callable[[], Store], tmp_path: Path
) -> None:
    clock = MovedClock(tmp_path / "clock")
    store.clock = clock
    await programme(store, "a")
    assert await store.run(lambda unit: claim(unit, "a"))  # and was never heard of again
    survivor = stores()
    survivor.clock = clock
    clock.move_to(clock.now() + LEASE - timedelta(seconds=20))
    assert await survivor.run(lambda unit: claim(unit, "a")) is None
    clock.move_to(clock.now() + timedelta(seconds=20))
    async with replica(survivor):
        proposed = await reaches(store, "a", RoundState.PROPOSED)
    assert (proposed.attempts, proposed.losses) == (2, 1)


async def test_a_round_outlives_its_lease_as_long_as_its_process_lives(
    store: Store, stores: Callable[[], Store], tmp_path: Path
) -> None:
    clock, other = MovedClock(tmp_path / "clock"), stores()
    store.clock = other.clock = clock
    await programme(store, "a", seed=FOR_EVER)
    async with replica(store), replica(other):
        await computes(store)
        for _ in range(4):
            clock.move_to(clock.now() + LEASE / 2)
            moved_at = clock.now()

            async def renewed(since: Any = moved_at) -> bool:
                due_at = (await round_of(store)).due_at
                return due_at is not None and due_at > since + LEASE * 0.9

            await until(renewed)
        assert (await round_of(store)).attempts == 1
        await call_off(store)


async def test_a_round_computes_on_while_the_database_is_away(store: Store) -> None:
    await programme(store, "a", seed=FOR_EVER)
    claimed = await store.run(lambda unit: claim(unit, "a"))
    assert claimed
    answers, run = 0, store.run

    async def away(work: Any) -> Any:
        nonlocal answers
        answers += 1
        if answers <= 2:
            raise AutoReconnect("away")
        return await run(work)

    async def work() -> str:
        await until(enough)
        return "done"

    async def enough() -> bool:
        return answers > 3

    store.run = away  # type: ignore[method-assign]
    assert await Watch(store, claimed.attempt).over(work()) == "done"


async def test_whoever_was_overtaken_stops(store: Store) -> None:
    await programme(store, "a", seed=FOR_EVER)
    first = await store.run(lambda unit: claim(unit, "a"))
    assert first
    await store.run(lambda unit: _lost(unit))
    assert await store.run(lambda unit: claim(unit, "a"))

    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(Overtaken):
        await Watch(store, first.attempt).over(work())
    assert stopped.is_set()


async def _lost(unit: Unit) -> None:
    unit.save((await unit.get(Round, "a")).lost(unit.now))


async def test_progress_is_kept_and_told(store: Store) -> None:
    await programme(store, "a", seed=FOR_EVER)
    async with replica(store):
        at_work = await computes(store)
        told = await store.db["outbox"].distinct("subject")
        shown = metrics.registry.get_sample_value("telemachus_rounds_running")
        await call_off(store)
    assert at_work.progress is not None and at_work.progress.of == 10
    assert told == ["a"]
    assert shown == 1


async def test_nobody_hears_how_far_a_what_if_is(store: Store) -> None:
    await programme(store, "a", seed=FOR_EVER, what_if=True)
    async with replica(store):
        await computes(store)
        await call_off(store)
    assert await store.db["outbox"].count_documents({}) == 0


async def test_two_programmes_are_computed_side_by_side_on_two_replicas(
    store: Store, stores: Callable[[], Store]
) -> None:
    await programme(store, "a", seed=FOR_EVER)
    await programme(store, "b", seed=FOR_EVER)
    async with replica(store), replica(stores()):
        await computes(store, "a")
        await computes(store, "b")
        states = [(await round_of(store, name)).state for name in "ab"]
        await call_off(store, "a")
        await call_off(store, "b")
    assert states == [RoundState.RUNNING] * 2


async def test_a_long_computation_holds_up_no_approval(store: Store) -> None:
    await programme(store, "b")
    async with replica(store):
        proposed = await reaches(store, "b", RoundState.PROPOSED)
        await programme(store, "a", seed=FOR_EVER)
        await computes(store, "a")
        await keep_up_to_date(store, proposed.approved(store.clock.now()))
        await reaches(store, "b", RoundState.COMPLETED)
        still = await round_of(store, "a")
        await call_off(store, "a")
    assert (still.state, still.attempts) == (RoundState.RUNNING, 1)


async def test_a_service_that_computes_is_alive_shows_it_and_stops_in_good_order(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, store: Store
) -> None:
    async with serving(service, Issuer(tmp_path), fresh_kafka, mongodb, database_name) as (_, client):
        (one,) = worker._idle
        await programme(store, "a", seed=FOR_EVER)
        await computes(store)
        assert (await client.get("/health/live")).status_code == 200
        shown = (await client.get("/metrics")).text.splitlines()
        assert 'telemachus_rounds_running{region="local"} 1.0' in shown
        assert 'telemachus_failures_total{part="due:round_to_compute",region="local"} 0.0' in shown

    handed_back = await round_of(store)
    assert (handed_back.state, handed_back.losses) == (RoundState.REQUESTED, 0)
    assert await gone(one.pid)()
    assert worker._idle == []


async def test_a_round_that_cannot_be_written_is_computed_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matching.rounds.round.LEASE", NEVER)
    propose, failures = proposing.propose, [AutoReconnect("away"), Conflict("again and again")]

    async def unlucky(*what: Any) -> None:
        if failures:
            raise failures.pop()
        await propose(*what)

    monkeypatch.setattr(proposing, "propose", unlucky)
    monkeypatch.setattr("shared.delivery.due.AGAIN_AFTER", 0)
    await programme(store, "a")
    async with replica(store):
        proposed = await reaches(store, "a", RoundState.PROPOSED)
    assert (proposed.attempts, proposed.losses) == (3, 0)
