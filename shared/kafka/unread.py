"""Streams and partitions that nobody in the group reads: no lag shows them, since lag is told by whoever reads.

A topic is missing or may not be seen, or a partition is new and the group has not shared it out.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import IncompatibleBrokerVersion

from shared.kafka.connection import group_of, make_admin
from shared.kafka.lag import partitions_of
from shared.language.streams import Stream
from shared.loops import Pulse
from shared.settings import Settings
from shared.telemetry.metrics import Telemetry

LOOK, TOLERATED = 15.0, 30.0
"""Seconds between two looks, and for which a group may take to share out what is new."""
TOLD_WITHIN = 15.0
"""Seconds for all the answers: a client whose broker is away may wait for ever."""
SHARED_OUT = ("Stable", "Empty")
"""States of a group that is not being formed at the moment."""


class Unread:
    """Looks after the whole group of one service, at each of its replicas: any of them may be the last."""

    def __init__(
        self, settings: Settings, service: str, streams: Sequence[Stream], telemetry: Telemetry, pulse: Pulse
    ) -> None:
        self._settings, self._service, self._streams = settings, service, streams
        self._telemetry, self._pulse = telemetry, pulse
        self._since: dict[Stream, float] = {}

    async def step(self) -> None:
        """Wait a little, look, and tell what nobody has read for too long; raises KafkaError and TimeoutError."""
        await asyncio.sleep(LOOK)
        found = await asyncio.wait_for(unread(self._settings, self._service, self._streams), TOLD_WITHIN)
        if found is not None:
            self._tell(self._for_long(found))

    def _for_long(self, found: Counter[Stream]) -> Counter[Stream]:
        now = time.monotonic()
        self._since = {stream: self._since.get(stream, now) for stream in found}
        return Counter({stream: n for stream, n in found.items() if now - self._since[stream] >= TOLERATED})

    def _tell(self, found: Counter[Stream]) -> None:
        for stream in self._streams:
            self._telemetry.unread.labels(stream.value).set(found[stream])
        words = ", ".join(f"{stream.value} ({n})" for stream, n in sorted(found.items()))
        self._pulse.delay("unread", f"nobody reads all of {words}" if words else None)


async def unread(settings: Settings, service: str, streams: Sequence[Stream]) -> Counter[Stream] | None:
    """Stream → partitions nobody in the group holds, 1 where there is no such topic; None where nobody can say.

    Nobody can while the group forms, nor at a broker that knows no groups by name (the built-in one).
    """
    admin = make_admin(settings, service)
    try:
        await admin.start()
        held = await _held(admin, group_of(service))
        there = await partitions_of(admin, streams)
    except IncompatibleBrokerVersion:
        return None
    finally:
        await admin.close()
    if held is None:
        return None
    missing = {stream.value for stream in streams} - {tp.topic for tp in there}
    return Counter(Stream(topic) for topic in [*missing, *(tp.topic for tp in there if tp not in held)])


async def _held(admin: AIOKafkaAdminClient, group: str) -> set[TopicPartition] | None:
    (answer,) = await admin.describe_consumer_groups([group])
    (described,) = answer.to_object()["groups"]
    if described["state"] not in SHARED_OUT:
        return None
    shares = [member["member_assignment"] for member in described["members"]]
    return {tp for share in shares if share for tp in ConsumerProtocolMemberAssignment.decode(share).partitions()}
