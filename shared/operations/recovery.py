"""A database that was restored to an earlier moment catches up with the topics before its service starts again.

Started as it is, the service would decide anew, under other ids, what was published before. So first what it said
since the backup is taken back into its outbox, word for word. Then every event it hears is dealt with that the
database does not know; what that decides was said before, and is not said again. What people asked of it in between,
and what fell due, cannot be worked out again: it is counted by type, and its numbers are never given to anything else.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka.connection import make_reader, record_of
from shared.kafka.consumer import TOGETHER
from shared.kafka.lag import all_partitions
from shared.language.envelope import Envelope, Record, Undecodable, open_envelope
from shared.language.streams import Stream
from shared.running.running import Running
from shared.store.mongodb import UpdateOne

HEARD_OF_WITHIN = 60.0
"""Seconds in which the broker must have something new, before it counts as away."""
PARKED_FOR = 120.0
"""Seconds what was parked may take to find what it needs; it lies in the topics, so it comes."""

Progress = Callable[[str, int, int], None]
"""``(what is being read, records read, of)``."""


@dataclass(frozen=True)
class Recovered:
    """What came of it, in events: taken back into the outbox, dealt with again, and, by type, not to be had again."""

    taken_back: int
    read_again: int
    lost: dict[str, int]


async def recover(running: Running, told: Progress) -> Recovered:
    """Bring the database of a service that does not run up to the topics; may be repeated.

    Raises TimeoutError, KafkaError or PyMongoError when broker or database do not answer; nothing is half-done then
    that doing it again would not finish.
    """
    await running.prepare()
    taken_back = await _take_back(running, told)
    running.store.numbering.again = True
    read_again = await _read_again(running, told)
    await _take_up_parked(running)
    running.store.numbering.again = False
    if running.service.recovered:
        await running.service.recovered(running.store)
    return Recovered(len(taken_back), read_again, await _lost(running, taken_back))


async def _take_back(running: Running, told: Progress) -> list[Envelope]:
    """What this service has published, as it stands in its topics."""
    source = f"/telemachus/{running.store.origin.region}/{running.store.origin.service}"
    said = {event.stream for event in running.service.says} | {Stream.REPLAY_REQUESTS}
    own: list[Envelope] = []
    async for records in _batches(running, said, "what was said", told):
        mine = [(record, envelope) for record in records if (envelope := _said_by(source, record))]
        if mine:
            await running.store.db["outbox"].bulk_write([_row(*each) for each in mine], ordered=False)
        own += [envelope for _, envelope in mine]
    for envelope in own:
        where = envelope.stream.value, envelope.subject
        known = running.store.numbering.said
        known[where] = max(envelope.version, known.get(where, 0))
    return own


def _said_by(source: str, record: Record) -> Envelope | None:
    if dict(record.headers).get("ce_source") != source.encode():
        return None
    try:
        return open_envelope(record)
    except Undecodable:
        return None


def _row(record: Record, envelope: Envelope) -> UpdateOne:
    """As the outbox would have kept it."""
    kept = {
        "topic": record.topic,
        "key": record.key,
        "headers": [list(header) for header in record.headers],
        "value": record.value,
        "subject": envelope.subject,
        "version": envelope.version,
        "at": envelope.time,
        "dead_letter": False,
    }
    published = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return UpdateOne({"_id": envelope.id}, {"$setOnInsert": kept, "$set": {"published_at": published}}, upsert=True)


async def _read_again(running: Running, told: Progress) -> int:
    """Everything this service hears, from the beginning; what the database knows is passed over quickly."""
    read = 0
    async for records in _batches(running, running.service.streams, "what is heard", told):
        await running.inbox.take(records)
        read += len(records)
    return read


async def _take_up_parked(running: Running) -> None:
    """What came before its turn has it now: all the rest has been read."""
    async with asyncio.timeout(PARKED_FOR):
        while await running.store.db["parked"].find_one({}, projection=["_id"]):
            if not await running.inbox.take_up_parked():
                await asyncio.sleep(0.2)


async def _lost(running: Running, said: Sequence[Envelope]) -> dict[str, int]:
    """Remember, for good, how far subjects were numbered that the database cannot account for; by type, how often."""
    numbering, known = running.store.numbering, await _known(running)
    ahead = {where: most for where, most in numbering.said.items() if known.get(where[1], 0) < most}
    await numbering.keep(running.store.db["numbering"], ahead)
    aggregates = (e for e in said if e.stream is not Stream.REPLAY_REQUESTS)
    unknown = {e.id: e.type for e in aggregates if e.version > known.get(e.subject, 0)}
    return dict(Counter(unknown.values()))


async def _known(running: Running) -> dict[str, int]:
    """Aggregate → how many events it knows to have raised."""
    known: dict[str, int] = {}
    for kind in running.service.aggregates:
        async for document in running.store.collection(kind).find({}, projection=["_said"]):
            known[document["_id"]] = max(document["_said"], known.get(document["_id"], 0))
    return known


async def _batches(
    running: Running, streams: Iterable[Stream], what: str, told: Progress
) -> AsyncIterator[list[Record]]:
    """The records of these streams from the earliest to the end as it is now."""
    async with _reader(running) as reader:
        ends = await _assigned(running, reader, streams)
        read, of = 0, sum(end - begin for begin, end in ends.values())
        left = {tp: end for tp, (begin, end) in ends.items() if begin < end}
        while left:
            fetched = await reader.getmany(timeout_ms=int(HEARD_OF_WITHIN * 1000), max_records=TOGETHER)
            if not fetched:
                raise TimeoutError(f"the broker has sent nothing for {HEARD_OF_WITHIN:.0f} s")
            records = [record_of(r) for rs in fetched.values() for r in rs]
            yield records
            read += len(records)
            told(what, min(read, of), of)
            left = {tp: end for tp, end in left.items() if await reader.position(tp) < end}
            reader.pause(*(tp for tp in ends if tp not in left))


@asynccontextmanager
async def _reader(running: Running) -> AsyncIterator[AIOKafkaConsumer]:
    reader = make_reader(running.settings, running.service.name)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


async def _assigned(
    running: Running, reader: AIOKafkaConsumer, streams: Iterable[Stream]
) -> dict[TopicPartition, tuple[int, int]]:
    """Partition → its earliest offset and its end; the reader stands at the earliest."""
    partitions = await all_partitions(running.settings, running.service.name, streams)
    reader.assign(partitions)
    begins: dict[TopicPartition, int] = await reader.beginning_offsets(partitions)
    ends: dict[TopicPartition, int] = await reader.end_offsets(partitions)
    await reader.seek_to_beginning(*partitions)
    return {tp: (begins[tp], ends[tp]) for tp in partitions}


def as_sentences(recovered: Recovered) -> Iterable[str]:
    """What came of it, for people."""
    yield f"{recovered.taken_back} events that were said are in the outbox; {recovered.read_again} were read again."
    for kind, times in sorted(recovered.lost.items()):
        yield f"LOST  {times} × {kind}: they were said after the backup, and what they tell of is not in the database."
