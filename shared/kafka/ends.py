"""Where streams end, as the broker tells it now."""

import asyncio
from collections.abc import Iterable

from shared.kafka.connection import make_admin, make_reader
from shared.kafka.lag import LAG_TOLD_WITHIN, partitions_of
from shared.language.streams import Stream
from shared.settings import Settings

Ends = dict[int, int]
"""Partition → the offset that comes next."""


async def ends_of(settings: Settings, service: str, streams: Iterable[Stream]) -> dict[str, Ends]:
    """The ends of those streams that are there; raises KafkaError or TimeoutError when the broker does not answer."""
    return await asyncio.wait_for(_ends_of(settings, service, streams), LAG_TOLD_WITHIN)


async def _ends_of(settings: Settings, service: str, streams: Iterable[Stream]) -> dict[str, Ends]:
    admin, reader = make_admin(settings, service), make_reader(settings, service)
    found: dict[str, Ends] = {}
    try:
        await admin.start()
        await reader.start()
        partitions = await partitions_of(admin, streams)
        for tp, end in (await reader.end_offsets(partitions)).items() if partitions else ():
            found.setdefault(tp.topic, {})[tp.partition] = end
    finally:
        await reader.stop()
        await admin.close()
    return found
