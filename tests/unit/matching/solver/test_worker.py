"""The process beside the event loop: what it answers, and what becomes of a round when it does not."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.rules.candidate import Snapshot
from services.matching.solver import worker, worker_process
from services.matching.solver.worker import Worker, WorkerFailed, WorkerLost, kept_warm, solve_aside
from tests.support import slow_worker
from tests.unit.matching.people import mentee, mentor, terms

TERMS = terms()
DEADLINE = 60.0


def snapshot(mentors: int = 2, mentees: int = 1, *, seed: int = 0) -> Snapshot:
    people = [*(mentor(f"m{n:05}") for n in range(mentors)), *(mentee(f"n{n:05}") for n in range(mentees))]
    return Snapshot(terms=TERMS, candidates=tuple(people), seed=seed)


@pytest.fixture(autouse=True, scope="module")
async def scripted() -> AsyncIterator[None]:
    """Workers that do as the seed says; one test leaves its to the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "PROGRAM", slow_worker.PROGRAM)
        yield
        await end_all()


async def end_all() -> None:
    while worker._idle:
        await worker._idle.pop().end()


class Heard:
    """Notes progress; raises or waits when told to."""

    def __init__(self, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self.progress: list[Progress] = []
        self.first = asyncio.Event()
        self.then = then

    async def __call__(self, progress: Progress) -> None:
        self.progress.append(progress)
        self.first.set()
        if self.then:
            await self.then()


async def computing(seed: int, heard: Heard) -> asyncio.Task[Outcome]:
    """A round that has begun."""
    task = asyncio.create_task(solve_aside(snapshot(seed=seed), heard))
    async with asyncio.timeout(DEADLINE):
        await heard.first.wait()
    return task


async def the_next_one() -> Worker:
    """The worker that takes the next round."""
    one = await worker._any_worker()
    worker._idle.append(one)
    return one


async def gone(pid: int) -> bool:
    """Whether the process has ended before the deadline."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_the_outcome_arrives_as_it_was_found() -> None:
    heard, asked = Heard(), snapshot()
    assert await solve_aside(asked, heard) == slow_worker.outcome_of(asked)
    assert [each.stage for each in heard.progress] == [Stage.SCORING, Stage.SOLVING]


async def test_more_people_than_fit_into_one_message_arrive_whole() -> None:
    asked = snapshot(mentors=2 * worker.CHUNK + 1, mentees=worker.CHUNK + 7)
    assert await solve_aside(asked, Heard()) == slow_worker.outcome_of(asked)


async def test_nobody_at_all_is_a_round_too() -> None:
    assert (await solve_aside(snapshot(0, 0), Heard())).matches == ()


async def test_what_libraries_print_disturbs_nothing() -> None:
    assert (await solve_aside(snapshot(seed=slow_worker.PRINTS), Heard())).digest == "digest-3"


async def test_one_process_computes_one_round_after_the_other() -> None:
    one = await the_next_one()
    for _ in range(2):
        await solve_aside(snapshot(), Heard())
    assert worker._idle[-1] is one


async def test_two_rounds_at_once_have_a_process_each() -> None:
    first = await computing(slow_worker.FOR_EVER, Heard())
    await solve_aside(snapshot(), Heard())
    assert not first.done()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_defect_tells_where_it_is_and_nothing_somebody_wrote() -> None:
    one = await the_next_one()
    with pytest.raises(WorkerFailed) as raised:
        await solve_aside(snapshot(seed=slow_worker.RAISES), Heard())
    assert raised.value.error == "ValueError"
    assert raised.value.frames[-1].endswith(" solve")
    assert "wrote" not in f"{raised.value} {raised.value.frames}"

    assert await solve_aside(snapshot(), Heard())
    assert worker._idle[-1] is one


async def test_a_process_killed_in_the_middle_is_told_and_replaced() -> None:
    one, heard = await the_next_one(), Heard()
    task = await computing(slow_worker.FOR_EVER, heard)
    os.kill(one.pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        await asyncio.wait_for(task, DEADLINE)

    assert await solve_aside(snapshot(), Heard())
    assert one not in worker._idle


async def test_a_process_that_kills_itself_is_told() -> None:
    with pytest.raises(WorkerLost):
        await solve_aside(snapshot(seed=slow_worker.DIES), Heard())


async def test_a_process_killed_while_it_had_nothing_to_do_costs_no_round() -> None:
    one = await the_next_one()
    os.kill(one.pid, signal.SIGKILL)
    await one._process.wait()
    assert await solve_aside(snapshot(), Heard())


async def test_a_process_that_says_nothing_any_more_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        monkeypatch.setattr(worker, "SILENCE", 0.5)
        os.kill(one.pid, signal.SIGSTOP)

    one = await the_next_one()
    with pytest.raises(WorkerLost):
        await asyncio.wait_for(solve_aside(snapshot(seed=slow_worker.FOR_EVER), Heard(hang)), DEADLINE)
    assert await gone(one.pid)


async def test_whoever_gives_up_waiting_ends_the_process() -> None:
    one = await the_next_one()
    task = await computing(slow_worker.FOR_EVER, Heard())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone(one.pid)


async def test_whoever_refuses_progress_ends_the_process() -> None:
    async def no_more() -> None:
        raise TimeoutError("the database is away")

    one = await the_next_one()
    with pytest.raises(TimeoutError, match="away"):
        await solve_aside(snapshot(seed=slow_worker.FOR_EVER), Heard(no_more))
    assert await gone(one.pid)


async def test_the_signals_that_end_the_parent_do_not_end_the_process() -> None:
    one = await the_next_one()
    await solve_aside(snapshot(), Heard())
    os.kill(one.pid, signal.SIGINT)
    os.kill(one.pid, signal.SIGTERM)
    await solve_aside(snapshot(), Heard())
    assert worker._idle[-1] is one


async def test_the_process_does_not_outlive_its_parent() -> None:
    one = await the_next_one()
    task = await computing(slow_worker.FOR_EVER, Heard())
    one._stdin.transport.abort()  # what the end of the parent does
    assert await gone(one.pid)
    with pytest.raises(WorkerLost):
        await task


async def test_the_event_loop_goes_on_meanwhile() -> None:
    heard = Heard()
    task = await computing(slow_worker.FOR_EVER, heard)
    beats = 0
    async with asyncio.timeout(DEADLINE):
        while len(heard.progress) < 5:
            beats += 1
            await asyncio.sleep(0.01)
    assert beats >= 5, "progress comes every 0.2 s, a beat every 0.01 s"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_new_stage_is_told_at_once_and_the_rest_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now, said = [100.0], list[object]()
    monkeypatch.setattr("services.matching.solver.worker_process.time.monotonic", lambda: now[0])
    teller = worker_process.Teller(said.append)
    steps = [Progress(stage=stage, done=done, of=3) for stage in (Stage.SCORING, Stage.SOLVING) for done in range(3)]
    for step in steps:
        teller.tell(step)
    now[0] += 2 * worker_process.PAUSE
    teller.tell(steps[-1])

    assert said == [steps[0], steps[3], steps[-1]]


async def test_a_service_keeps_one_warm_and_leaves_none_behind() -> None:
    await end_all()
    async with kept_warm():
        (one,) = worker._idle
        assert one.alive
    assert worker._idle == []
    assert await gone(one.pid)
