"""Tells one endpoint what it is to be told; each has a courier of its own, so that a slow one holds up no other.

What is sent is in our hand before, and noted afterwards. Where the process ends in between, it is sent again five
minutes later, under the same id: rather twice, which receivers notice by it, than never.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.registration.calling.sending import Answer, Outcome, Sender
from services.registration.webhooks.delivery import Because, Delivery, Fate, Standing, digest_of
from shared.domain.endpoints import Endpoint
from shared.domain.work import Store, Unit
from shared.loops import Pulse, still_moving

log = structlog.get_logger()
TOGETHER, AT_ONCE = 20, 4
"""Taken up at a time, and sent at the same time: all of them are done with before anybody else takes them up."""
LOOK = 1.0
"""Seconds after which one looks again when nothing was due."""


class Courier:
    """To one endpoint."""

    silent = 300.0

    def __init__(self, store: Store, endpoint: Endpoint, pulse: Pulse) -> None:
        self.part = f"webhooks:{endpoint.name}"
        self._store, self._endpoint, self._pulse = store, endpoint, pulse
        self._sender = Sender(endpoint)
        self._unnoted: dict[str, Answer] = {}
        """What was answered, until the database knows: it may be away just then."""
        self._rests_until: datetime | None = None
        """The endpoint has asked to be left alone until then."""

    async def step(self) -> None:
        """Tell what is due now, or wait a little."""
        if await self.deliver() < TOGETHER:
            await asyncio.sleep(LOOK)

    async def deliver(self) -> int:
        """Deal with some of what is due; returns how many that were."""
        await self._note()
        now = self._store.clock.now()
        if self._rests_until and now < self._rests_until:
            return 0
        due = {"endpoint": self._endpoint.name, "fate": Fate.WAITING.value, "due_at": {"$lte": now}}
        ids = await self._store.ids(Delivery, due, sort=(("due_at", 1), ("_id", 1)), limit=TOGETHER)
        if ids:
            await self._send(await self._store.run(partial(_claim, ids, self._endpoint)))
            await self._note()
        return len(ids)

    async def _send(self, claimed: Sequence[Delivery]) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(delivery: Delivery) -> None:
            async with turns:
                self._unnoted[delivery.id] = await self._sender.send(delivery)
                still_moving()

        await asyncio.gather(*map(one, claimed))
        answers = list(self._unnoted.values())
        is_away = bool(answers) and not any(each.outcome is Outcome.TAKEN for each in answers)
        self._pulse.delay(self.part, answers[0].told if is_away else None)
        rest = max((each.rest for each in answers), default=timedelta())
        self._rests_until = self._store.clock.now() + rest if rest else None

    async def _note(self) -> None:
        if self._unnoted:
            await self._store.run(partial(_note, self._unnoted, self._endpoint))
            self._unnoted = {}


async def _claim(ids: Sequence[str], endpoint: Endpoint, unit: Unit) -> list[Delivery]:
    """Those that are to be sent now by whoever makes this true; none to an endpoint that is there no more."""
    found = await unit.several(Delivery, ids)
    due = [each for each in found if each.waits and each.due_at and each.due_at <= unit.now]
    stopped = await unit.find(Standing, endpoint.name)
    if stopped and stopped.is_of(endpoint):
        for each in due:
            unit.save(each.given_up(Because.STOPPED, unit.now))
        return []
    claimed = [each.in_hand(unit.now) for each in due]
    for each in claimed:
        unit.save(each)
    return claimed


async def _note(answers: Mapping[str, Answer], endpoint: Endpoint, unit: Unit) -> None:
    for delivery in await unit.several(Delivery, list(answers)):  # whom one is about may have been erased meanwhile
        answer = answers[delivery.id]
        if delivery.waits or answer.outcome is Outcome.TAKEN:
            unit.save(_noted(delivery, answer, unit))
    if any(answer.outcome is Outcome.GONE for answer in answers.values()):
        await unit.find(Standing, endpoint.name)
        unit.save(Standing(id=endpoint.name, address=digest_of(endpoint), stopped_at=unit.now))
        log.warning("webhook endpoint is there no more", endpoint=endpoint.name)


def _noted(delivery: Delivery, answer: Answer, unit: Unit) -> Delivery:
    match answer.outcome:
        case Outcome.TAKEN:
            return delivery.sent(unit.now, answer.told)
        case Outcome.GONE:
            return delivery.not_taken(unit.now, answer.told).given_up(Because.STOPPED, unit.now)
        case Outcome.LATER:
            return delivery.not_taken(unit.now, answer.told, answer.rest)
