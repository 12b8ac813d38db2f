"""Looks whether the streams a service says still hold what Kafka has confirmed, also while nothing is said."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiokafka.errors import KafkaError

from shared.delivery.relaying.lease import Lease
from shared.delivery.replays.confirmed import Confirmed, Known
from shared.store.store import Store

LOOK_EVERY, LOOK_AGAIN = 30.0, 5.0
"""Seconds between two looks, and until one that found a stream too short is repeated: just after a change of leaders
a broker may tell an end that is not the last word.
"""
LEASE = timedelta(seconds=60)


class Watching:
    """One replica's eye on the streams of its service."""

    def __init__(self, store: Store, confirmed: Confirmed, ends: Callable[[], Awaitable[Known]]) -> None:
        self._confirmed = confirmed
        self._ends = ends
        """Asks the broker: topic → partition → the offset that comes next, of the topics that are there."""
        self._lease = Lease(store, "streams", LEASE)

    async def step(self) -> None:
        """Look, unless another replica does, then wait. A broker that is away has lost nothing yet."""
        if await self._lease.take():
            with contextlib.suppress(KafkaError, TimeoutError):
                await self.look()
        await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Compare, and remember how far streams are; raises KafkaError and TimeoutError."""
        if short := await self._too_short():
            await asyncio.sleep(LOOK_AGAIN)
            still = await self._too_short()
            for topic, partition in short.keys() & still.keys():
                confirmed, now = still[topic, partition]
                await self._confirmed.lost(topic, partition, confirmed, now)

    async def _too_short(self) -> dict[tuple[str, int], tuple[int, dict[int, int]]]:
        """Topic and partition → the offset confirmed that is not there any more, and what the topic's last ones are."""
        known = await self._confirmed.known()  # first: what is confirmed later can only lie further on
        ends = await self._ends()
        last = {topic: {number: end - 1 for number, end in found.items() if end} for topic, found in ends.items()}
        short = {
            (topic, number): (confirmed, last[topic])
            for topic, partitions in known.items()
            if topic in ends
            for number, confirmed in partitions.items()
            if confirmed > last[topic].get(number, -1)
        }
        lost = {topic for topic, _ in short}
        await self._confirmed.raise_to({topic: found for topic, found in last.items() if topic not in lost})
        return short

    async def leave(self) -> None:
        """Let another replica look."""
        await self._lease.give_up()
