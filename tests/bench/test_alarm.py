"""From the answer to whoever cancels to the manager's page: four processes, two hops over Kafka, pages that follow.

Baselines are a request to sessions that changes nothing, and the same course of events with nobody, or one, looking.
"""

import asyncio
import os
import re
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.stage import Stage
from tests.bench.conftest import Show
from tests.support.backends import Kafka, Mongo
from tests.support.playing import stage_for
from tests.support.processes import Processes

ALARMS = 25
DEADLINE = 20.0
BREATH = 0.6
"""Seconds between two alarms: each meets a system at rest, as most do."""
CROWD, QUIET = 10, 5.0
"""Viewers, and seconds in which nothing happens."""
HEADLINE = re.compile(r"(\d+) pairs? needs? you today")


class Page:
    """What a browser that follows the live page has been shown."""

    def __init__(self) -> None:
        self.alarms, self.at = 0, 0.0
        self._more = asyncio.Event()

    def show(self, html: str) -> None:
        """The content once more."""
        found = HEADLINE.search(html)
        self.alarms, self.at = int(found[1]) if found else 0, time.perf_counter()
        self._more.set()

    async def until(self, alarms: int) -> float:
        """When it first showed so many."""
        async with asyncio.timeout(DEADLINE):
            while self.alarms < alarms:
                self._more.clear()
                await self._more.wait()
        return self.at


@asynccontextmanager
async def followed(stage: Stage, token: str) -> AsyncIterator[Page]:
    page, headers = Page(), {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    address = f"{stage.gateway.urls['registration']}/board/{stage.scenario.programme_id}/live"

    async def follow() -> None:
        async with (
            httpx.AsyncClient(timeout=None, trust_env=False) as client,
            client.stream("GET", address, headers=headers) as answer,
        ):
            told = ""
            async for line in answer.aiter_lines():
                told += line
                if not line:
                    page.show(told)
                    told = ""

    following = asyncio.create_task(follow())
    try:
        yield page
    finally:
        following.cancel()


async def _cancel(stage: Stage, session: dict[str, Any]) -> float:
    """Returns when the answer was there."""
    path = f"/sessions/{session['session_id']}/cancel"
    await stage.gateway.ask(stage.manager, "POST", "sessions", path, json={"because": "no-time"})
    return time.perf_counter()


def _of_each_pair(sessions: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    pairs: dict[str, list[dict[str, Any]]] = {}
    for each in sorted(sessions, key=lambda one: one["number"]):
        pairs.setdefault(each["pair_id"], []).append(each)
    return list(pairs.values())


async def _asked(stage: Stage, session: dict[str, Any]) -> float:
    began = time.perf_counter()
    await stage.gateway.get(stage.manager, "sessions", f"/sessions/{session['session_id']}")
    return time.perf_counter() - began


async def test_an_alarm(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, show: Show) -> None:
    """Prints milliseconds to the page, median and p95, and the ratio to a bare request."""
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        async with stage_for("bnp-uk", processes) as stage:
            await opening(stage)
            listed = await stage.gateway.all(stage.manager, "sessions", f"{stage.programme}/sessions")
            pairs = _of_each_pair(listed)[:ALARMS]
            who = stage.manager
            token = processes.issuer.token(who.employee_id, who.roles, who.countries)
            async with followed(stage, token) as page:
                await page.until(0)
                took, bare = [], []
                for nth, (first, second, *_) in enumerate(pairs, start=1):
                    await _cancel(stage, first)
                    await asyncio.sleep(BREATH)
                    answered = await _cancel(stage, second)
                    took.append((await page.until(nth) - answered) * 1000)
                    bare.append(await _asked(stage, second) * 1000)
                    await asyncio.sleep(BREATH)
    median, baseline = statistics.median(took), statistics.median(bare)
    p95 = statistics.quantiles(took, n=20)[-1]
    show(f"alarm to the page ({fresh_kafka.kind})  median {median:6.0f} ms  p95 {p95:6.0f} ms  (aim 300)")
    show(f"a request that changes nothing  median {baseline:6.1f} ms   ratio {median / baseline:5.1f}\n")


def _cpu_of(pid: int) -> float:
    """Seconds a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _of_mongod(client: MongoClient[dict[str, Any]]) -> tuple[float, int]:
    """Seconds it has computed, and what it was asked."""
    status = client.admin.command("serverStatus")
    used = status["extra_info"]["user_time_us"] + status["extra_info"]["system_time_us"]
    return used / 1e6, sum(status["opcounters"][kind] for kind in ("query", "getmore", "command"))


Cost = tuple[float, float, float]
"""Seconds registration and mongod computed, and questions to mongod."""


async def _with_viewers(
    many: int, stage: Stage, token: str, sessions: Sequence[dict[str, Any]], measure: Callable[[], Cost]
) -> Cost:
    async with AsyncExitStack() as stack:
        for _ in range(many):
            page = await stack.enter_async_context(followed(stage, token))
            await page.until(0)
        await asyncio.sleep(1)
        before = measure()
        for session in sessions:
            await _cancel(stage, session)
            await asyncio.sleep(BREATH)
        await asyncio.sleep(QUIET)
        return tuple(after - then for after, then in zip(measure(), before, strict=True))  # type: ignore[return-value]


async def test_ten_viewers(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, show: Show) -> None:
    """Prints what ten who look cost beside one, beyond what it costs when nobody does."""
    with (
        Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes,
        MongoClient[dict[str, Any]](mongodb.url) as client,
    ):
        pid = processes.pid("registration")
        assert pid

        def measure() -> Cost:
            return (_cpu_of(pid), *_of_mongod(client))

        async with stage_for("bnp-uk", processes) as stage:
            await opening(stage)
            listed = await stage.gateway.all(stage.manager, "sessions", f"{stage.programme}/sessions")
            who = stage.manager
            token = processes.issuer.token(who.employee_id, who.roles, who.countries)
            pairs = _of_each_pair(listed)
            alike = len(pairs) // 3
            nobody, one, ten = [
                await _with_viewers(
                    many, stage, token, [each for pair in pairs[nth::3][:alike] for each in pair[:2]], measure
                )
                for nth, many in enumerate((0, 1, CROWD))
            ]
    for name, none, single, crowd in zip(("registration, s", "mongod, s", "questions"), nobody, one, ten, strict=True):
        ratio = (crowd - none) / max(single - none, 0.01)
        show(
            f"{name:16} nobody {none:8.2f}  one {single:8.2f}  ten {crowd:8.2f}  ten : one, beyond nobody {ratio:5.1f}"
        )
    show("")
