"""The loop that waits for what falls due: it asks the database seldom, and is late for nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from pymongo import monitoring
from pymongo.errors import AutoReconnect
from typing_extensions import override

from shared.delivery.due import DueRows
from shared.domain.aggregate import Aggregate
from shared.domain.clock import MovedClock
from shared.domain.errors import Refused
from shared.domain.handlers import when_due
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.loops import Pulse, for_ever
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support.backends import Mongo
from tests.support.ledger import NOW
from tests.support.serving import until

HOUR = timedelta(hours=1)
NOT_IN_THIS_TEST = 3600.0


@dataclass(frozen=True, kw_only=True)
class Errand(Aggregate):
    """Something to be done at a time."""

    collection: ClassVar[str] = "errands"

    done: int = 0
    refused: bool = False


@when_due(Errand)
async def run_it(errand: Errand, _: datetime, unit: Unit) -> None:
    if errand.refused:
        raise Refused("not-today")
    unit.save(replace(errand, done=errand.done + 1, due_at=None))


class Looks(monitoring.CommandListener):
    """Counts how often the database is asked about errands."""

    def __init__(self) -> None:
        self.times = 0

    @override
    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.times += event.command.get("find") == Errand.collection

    @override
    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    @override
    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


class Watched(MovedClock):
    """Counts how often it is looked at."""

    times, steady_for = 0, 0.01

    @override
    def now(self) -> datetime:
        self.times += 1
        return super().now()


@pytest.fixture(autouse=True)
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.delivery.due.LOOK_AGAIN", NOT_IN_THIS_TEST)


@pytest.fixture
def clock(tmp_path: Path) -> Watched:
    clock = Watched(tmp_path / "clock")
    clock.move_to(NOW)
    return clock


@pytest.fixture
async def replicas(
    mongodb: Mongo, database_name: str, clock: MovedClock
) -> AsyncIterator[Callable[[], tuple[Store, Looks]]]:
    """Makes stores on one database, as replicas have them, and what counts their looks."""
    made: list[Store] = []

    def another() -> tuple[Store, Looks]:
        looks = Looks()
        made.append(Store(mongodb.url, database_name, Origin("errands", "test"), clock, [looks]))  # type: ignore[list-item]
        return made[-1], looks

    store, _ = another()
    await store.prepare([Errand])
    yield another
    for store in made:
        await store.close()


@asynccontextmanager
async def at_work(store: Store) -> AsyncIterator[Pulse]:
    """The loop of one replica."""
    pulse, telemetry = Pulse(), Telemetry("errands", "test")
    rows = DueRows(store, [run_it], telemetry)
    loop = asyncio.create_task(for_ever(run_it.part, lambda: rows.step(run_it), pulse, telemetry))
    try:
        yield pulse
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def keep(store: Store, *errands: Errand) -> None:
    async def work(unit: Unit) -> None:
        for errand in errands:
            unit.save(errand)

    await store.run(work)


async def is_done(store: Store, identity: str) -> None:
    async def done() -> bool:
        return await store.count(Errand, {"_id": identity, "done": 1}) == 1

    await until(done)


async def has_looked(looks: Looks) -> None:
    async def looked() -> bool:
        return looks.times > 0

    await until(looked)


async def goes_by(clock: Watched) -> None:
    """The loop has looked at the clock so often that it would have asked the database."""
    before = clock.times

    async def looked() -> bool:
        return clock.times > before + 50

    await until(looked)


Replicas = Callable[[], tuple[Store, Looks]]


async def test_nothing_is_asked_again_while_nothing_falls_due(replicas: Replicas, clock: Watched) -> None:
    store, looks = replicas()
    await keep(store, Errand(id="later", due_at=NOW + 2 * HOUR), Errand(id="never"))
    async with at_work(store):
        await has_looked(looks)
        await goes_by(clock)
        assert looks.times == 1


async def test_a_moved_clock_is_noticed(replicas: Replicas, clock: Watched) -> None:
    store, looks = replicas()
    await keep(store, Errand(id="later", due_at=NOW + HOUR))
    async with at_work(store):
        await has_looked(looks)
        clock.move_to(NOW + HOUR)
        await is_done(store, "later")


async def test_what_is_stored_here_and_falls_due_sooner_wakes_the_loop(replicas: Replicas, clock: Watched) -> None:
    store, looks = replicas()
    async with at_work(store):
        await has_looked(looks)
        await keep(store, Errand(id="now", due_at=NOW))
        await is_done(store, "now")
        await keep(store, Errand(id="later", due_at=NOW + 2 * HOUR), Errand(id="sooner", due_at=NOW + HOUR))
        clock.move_to(NOW + HOUR)
        await is_done(store, "sooner")


async def test_what_is_stored_here_for_later_asks_nothing(replicas: Replicas, clock: Watched) -> None:
    store, looks = replicas()
    async with at_work(store):
        await has_looked(looks)
        await goes_by(clock)
        before = looks.times
        await keep(store, Errand(id="later", due_at=NOW + 2 * HOUR))
        await goes_by(clock)
        assert looks.times == before


async def test_what_another_replica_left_behind_is_found_by_looking_again(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.due.LOOK_AGAIN", 0.02)
    (here, looks), (gone, _) = replicas(), replicas()
    async with at_work(here):
        await has_looked(looks)
        await keep(gone, Errand(id="left", due_at=NOW))
        await is_done(here, "left")


async def test_one_that_is_put_off_is_not_asked_for_at_once_and_tried_again(
    replicas: Replicas, clock: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.due.POLL", 0.01)
    store, looks = replicas()
    await keep(store, Errand(id="refused", due_at=NOW, refused=True))
    async with at_work(store):
        await goes_by(clock)
        asked = looks.times
        await goes_by(clock)
        assert looks.times == asked
        monkeypatch.setattr("shared.delivery.due.LOOK_AGAIN", 0.02)
    monkeypatch.setattr("shared.delivery.due.AGAIN_AFTER", 0.1)
    async with at_work(store):
        await goes_by(clock)
        await store.collection(Errand).update_one({}, {"$set": {"refused": False}})
        await is_done(store, "refused")


async def test_a_look_that_failed_is_tried_again_at_once(replicas: Replicas, monkeypatch: pytest.MonkeyPatch) -> None:
    store, _ = replicas()
    await keep(store, Errand(id="now", due_at=NOW))
    look, answers = DueRows._oldest, [AutoReconnect("away"), AutoReconnect("away")]

    async def unlucky(rows: DueRows, *which: object) -> datetime | None:
        if answers:
            raise answers.pop()
        return await look(rows, *which)  # type: ignore[arg-type]

    monkeypatch.setattr(DueRows, "_oldest", unlucky)
    async with at_work(store) as pulse:
        await is_done(store, "now")

        async def well() -> bool:
            return not pulse.troubles

        await until(well)


async def test_the_first_is_found_by_the_index(replicas: Replicas) -> None:
    store, _ = replicas()
    await keep(store, *(Errand(id=f"e{n}", due_at=NOW + n * HOUR) for n in range(30)), Errand(id="never"))
    rows = DueRows(store, [run_it], Telemetry("errands", "test"))
    await store.db.command("profile", 2)
    await rows.step(run_it)
    await store.db.command("profile", 0)
    seen = await store.db["system.profile"].find_one({"command.find": Errand.collection}, sort=[("ts", 1)])
    assert seen is not None and seen["planSummary"] == "IXSCAN { due_at: 1 }" and seen["docsExamined"] == 1
