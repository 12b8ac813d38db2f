"""A consumer that is woken by events instead of looking for them: while nothing happens it costs next to nothing.

aiokafka's own asks for events on the connection on which it asks everything else, and a broker answers there in turn.
A question that waits for events would hold up all others, and, once the group has shared its partitions out anew,
the first events of the new ones. So here it has a connection of its own, which ends with the assignment it was for.
"""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.fetch import FetchRequest
from typing_extensions import override

WAIT, SHORT_WAIT = 1000, 100
"""Milliseconds for which a broker that has nothing new keeps a question: of all that is ours there, and of a part.

What is not in a question has to wait for its end: partitions of which there are still events to be taken here.
"""
LOOK = 5000
"""Milliseconds between two looks whether there are events and what to ask for: what changes that says so sooner."""
EVENTS = "events"
"""The name of the connection, beside those which aiokafka numbers."""


class Patient(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka is not typed
    """aiokafka's consumer but for how it waits."""

    def __init__(self, *topics: str, **named: Any) -> None:
        super().__init__(*topics, **named | {"fetch_max_wait_ms": SHORT_WAIT, "consumer_timeout_ms": LOOK})
        self._ask = self._client.send
        self._client.send = self._send

    @override
    async def getmany(self, *partitions: TopicPartition, **named: Any) -> Any:
        """The next events; an empty answer only after a long while, since FastStream sleeps after each."""
        return await super().getmany(*partitions, **(named | {"timeout_ms": LOOK}))

    async def _send(self, node_id: int, request: Any, **named: Any) -> Any:
        """What aiokafka's client sends, on the connection where it belongs."""
        if not isinstance(request, FetchRequest):
            return await self._ask(node_id, request, **named)
        if self._is_for_all(node_id, request) and await self._is_answered_at_once(node_id):
            request._max_wait_ms = WAIT
        try:
            return await self._ask(node_id, request, group=EVENTS)
        except asyncio.CancelledError:
            self._hang_up(node_id)
            raise

    def _is_for_all(self, node_id: int, request: Any) -> bool:
        asked = {TopicPartition(topic, each[0]) for topic, partitions in request.topics for each in partitions}
        leader = self._client.cluster.leader_for_partition
        return asked >= {tp for tp in self.assignment() if leader(tp) == node_id}

    async def _is_answered_at_once(self, node_id: int) -> bool:
        """Whether this broker answers as soon as it has something: the built-in one, which knows no groups by name,
        keeps a question to its end.
        """
        connection = await self._client._get_conn(node_id, group=EVENTS)
        return connection is not None and DescribeGroupsRequest.API_KEY in connection._versions

    def _hang_up(self, node_id: int) -> None:
        """Nobody waits for the answer any more, and the next question must not wait for it either."""
        if connection := self._client._conns.pop((node_id, EVENTS), None):
            connection.close()
