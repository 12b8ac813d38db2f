"""Looks every second whether what services say of themselves is true."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from confluent_kafka import KafkaException

from tests.support.processes import NAMES
from tests.support.storm.arithmetic import Asker, Offsets

EVERY = 1.0
"""Seconds between two looks."""
ANSWER = 5.0
"""Seconds in which somebody who is asked answers, or does not."""
PROBE = 2.0
"""Seconds a probe waits: an answer that waited for the database to come back says nothing of before."""
BETWEEN = 0.5
"""Seconds between two probes while a person waits."""
NONE = "/sessions?after=2199-01-01T00:00:00Z"
PAGES = {"registration": "", "matching": "/rounds", "sessions": NONE, "feedback": "/alarms"}
"""Service → what of a programme its manager looks at there."""


@dataclass
class Seen:
    """What was found: how often it could be compared, and what was not true, in sentences."""

    lags: int = 0
    readiness: int = 0
    lies: list[str] = field(default_factory=list)


class Watch:
    """Asks the replicas as a probe does, as an operator does and as people do, and the broker what is so."""

    def __init__(self, urls: Mapping[str, str], asker: Asker, tokens: Mapping[str, str], programme: str) -> None:
        self._urls, self._asker, self._tokens, self._programme = urls, asker, tokens, programme
        self._client = httpx.AsyncClient(trust_env=False)
        self.seen = Seen()

    async def keep_looking(self) -> None:
        """Until cancelled."""
        while True:
            next_look = time.monotonic() + EVERY
            await asyncio.gather(self._lags(), *(self._readiness(replica) for replica in self._urls))
            await asyncio.sleep(max(0.0, next_look - time.monotonic()))

    async def _lags(self) -> None:
        before = await self._offsets()
        told = dict(zip(NAMES, await asyncio.gather(*(self._told(service) for service in NAMES)), strict=True))
        after = await self._offsets()
        if before is None or after is None or not before.went_on_until(after):
            return  # a stream was lost meanwhile, or nobody answers: there is nothing to compare with
        for service, streams in told.items():
            for topic, (fewest, most) in self._asker.between(before, after, service).items():
                if streams is not None:
                    self.seen.lags += 1
                    if not fewest <= streams.get(topic, -1) <= most:
                        said = f"{service} says {streams.get(topic)} wait in {topic}"
                        self.seen.lies.append(f"{said}, and there are {fewest} to {most}")

    async def _offsets(self) -> Offsets | None:
        try:
            return await asyncio.to_thread(self._asker.now)
        except (KafkaException, TimeoutError):
            return None

    async def _told(self, service: str) -> dict[str, int] | None:
        answer = await self._ask(service, "/operations/lag", "operator")
        if answer is None or not answer.is_success:
            return None
        return {each["stream"]: each["messages"] for each in answer.json()["streams"]}

    async def _readiness(self, replica: str) -> None:
        """Ready before, all the while and after, and a person is not served meanwhile: that is a lie."""
        if not await self._ready(replica):
            return
        page = f"{self._programme}{PAGES[replica.partition('-')[0]]}"
        asked = asyncio.create_task(self._ask(replica, page, "manager"))
        ready = True
        while ready and not asked.done():
            await asyncio.wait([asked], timeout=BETWEEN)
            ready = await self._ready(replica)
        served = await asked
        if ready:
            self.seen.readiness += 1
            if served is None or served.is_server_error:
                how = "no answer" if served is None else f"{served.status_code} {served.text}"
                self.seen.lies.append(f"{replica} says it is ready, and a person gets {how}")

    async def _ready(self, replica: str) -> bool:
        answer = await self._ask(replica, "/health/ready", within=PROBE)
        return answer is not None and answer.is_success

    async def _ask(self, replica: str, path: str, who: str | None = None, within: float = ANSWER) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[who]}"} if who else {}
        try:
            return await self._client.get(f"{self._urls[replica]}{path}", headers=headers, timeout=within)
        except httpx.TransportError:
            return None
