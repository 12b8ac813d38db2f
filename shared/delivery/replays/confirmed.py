"""How far Kafka has confirmed each stream this service says; what does not fit to it means that events are gone.

Offsets of a partition only grow. One that ends before what was confirmed, or gives a record an offset that it has given
before, is not the one it was: the topic was deleted and created anew, or Kafka was restored from an older copy.
"""

from collections.abc import Mapping, Sequence

import structlog

from shared.delivery.replays.jobs import Because, Jobs, Wish
from shared.kafka.outcome import Span
from shared.store.mongodb import UpdateOne
from shared.store.store import Store
from shared.store.transactions import Transaction, in_transaction
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

HELD = 15
"""Seconds until a lost stream is said again. By then whoever reads it has met its new beginning, or its older end: what
was said before that is read by nobody whose offset of old lies further on.
"""


Known = Mapping[str, Mapping[int, int]]
"""Topic → partition → the last offset confirmed."""


class Confirmed:
    """The offsets of one service's streams, in the collection ``confirmed``: a document a topic."""

    def __init__(self, store: Store, topics: Sequence[str], telemetry: Telemetry) -> None:
        self._store = store
        self._confirmed = store.db["confirmed"]
        self._jobs = Jobs(store)
        self.topics = frozenset(topics)
        self._telemetry = telemetry

    async def known(self) -> Known:
        """What is known; a record that is sent after this was read has a higher offset."""
        found = self._confirmed.find({"_id": {"$in": sorted(self.topics)}})
        return {each["_id"]: {int(number): last for number, last in each["ends"].items()} async for each in found}

    async def note(self, spans: Mapping[str, Mapping[int, Span]], known: Known) -> None:
        """Kafka has confirmed these, which were sent when so much was known. To be noted before they are published.

        What was published and is not noted yet could be lost unseen; what is noted and not published is said again.
        """
        last = {topic: {n: span.last for n, span in spans[topic].items()} for topic in self.topics & spans.keys()}
        await self.raise_to(last)
        for topic, now in last.items():
            before = known.get(topic, {})
            again = [n for n, span in spans[topic].items() if span.first <= before.get(n, -1)]
            if again:
                await self.lost(topic, again[0], before[again[0]], now)

    async def raise_to(self, ends: Known) -> None:
        """Remember them, where no higher ones are known."""
        raises = [
            UpdateOne({"_id": topic}, {"$max": {f"ends.{number}": last for number, last in found.items()}}, upsert=True)
            for topic, found in ends.items()
            if found
        ]
        if raises:
            await self._confirmed.bulk_write(raises, ordered=False)

    async def lost(self, topic: str, partition: int, confirmed: int, now: Mapping[int, int]) -> None:
        """That partition is not what it was when this offset was confirmed: say the whole stream again.

        From its beginning, for which of its events are gone nobody can tell. Once, whoever notices it how often.
        """
        if await self._begin_anew(topic, partition, confirmed, now):
            log.error("stream lost", stream=topic, partition=partition, confirmed=confirmed, now=now.get(partition))

    async def _begin_anew(self, topic: str, partition: int, confirmed: int, now: Mapping[int, int]) -> bool:
        unchanged = {"_id": topic, f"ends.{partition}": {"$gte": confirmed}}
        ends = {"$literal": {str(number): last for number, last in now.items()}}
        anew = [{"$set": {"ends": ends, "lost_at": "$$NOW"}}]
        first = False

        async def write(transaction: Transaction) -> None:
            nonlocal first
            first = bool((await self._confirmed.update_one(unchanged, anew, session=transaction)).modified_count)
            if first:
                await self._jobs.ask(topic, Wish(Because.LOST, held=HELD), transaction)

        await in_transaction(self._store.client, write)
        return first

    async def measure(self) -> None:
        """Tell when streams were lost: any replica, and also after whoever noticed it has ended."""
        async for each in self._confirmed.find({"lost_at": {"$ne": None}}, ["lost_at"]):
            self._telemetry.stream_lost.labels(each["_id"]).set(each["lost_at"].timestamp())

    async def forget(self) -> None:
        """The broker begins empty, and is known to."""
        await self._confirmed.delete_many({"_id": {"$in": sorted(self.topics)}})
