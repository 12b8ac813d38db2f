"""Kafka through FastStream: batches in, with their offsets committed only after the transaction."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from typing_extensions import override

from shared.domain.errors import StreamPoisoned
from shared.kafka.connection import FETCHED, FETCHED_OF_ONE, connect, group_of, make_broker, record_of, renew_password
from shared.kafka.progress import AskForReplay, Behind, InHand, NoAnswer, Progress, upcoming
from shared.kafka.unparsed import decode, unparsed
from shared.language.envelope import Record
from shared.language.streams import Stream
from shared.loops import Interrupted, Pulse, pause, told, within
from shared.settings import Settings
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

LEAVE, COMMIT, ANSWER = 20.0, 10.0, 4.0
"""Seconds: for leaving or joining the group, for a commit, and for other answers of the broker.

Without them a client that lost its broker at a bad moment may wait for ever.
"""
TOGETHER = 500
"""Records a batch: what one MongoDB transaction takes in a few hundredths of a second."""
ASK_POLL = 1.0
"""Seconds between two looks whether something is missing that could not be asked for at once."""


class Takes(Protocol):
    """What deals with the records of a batch."""

    async def take(self, records: Sequence[Record]) -> None:
        """Deal with the records in their order; raises only what is transient, and StreamPoisoned."""


class Bus(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """One service's consumer over all the streams it hears, in its own consumer group."""

    def __init__(
        self,
        settings: Settings,
        service: str,
        streams: Sequence[Stream],
        inbox: Takes,
        telemetry: Telemetry,
        pulse: Pulse,
        ask_for_replay: AskForReplay,
    ) -> None:
        self.streams = streams
        self._inbox, self._telemetry, self._pulse = inbox, telemetry, pulse
        self._progress = Progress(telemetry, ask_for_replay)
        self._stopping = False
        self._committing: asyncio.Future[None] | None = None
        self.batches = 0
        """How many have been dealt with."""
        self.busy = False
        """Whether one is being dealt with, or tried again."""
        self.broken = False
        """Whether a batch was given up because the client has no broker: nothing is taken from it any more."""
        self.joined = False
        """Whether the group has ever taken this member in."""
        self._settings = settings
        self._broker = make_broker(settings, service)
        self._subscriber = self._broker.subscriber(
            *(stream.value for stream in streams),
            batch=True,
            max_records=TOGETHER,
            batch_timeout_ms=1,  # FastStream sleeps as long after an empty answer; Patient gives hardly any
            session_timeout_ms=6000,  # the least brokers allow: a killed member's partitions move on soon
            heartbeat_interval_ms=1500,
            group_id=group_of(service),
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_partition_fetch_bytes=FETCHED_OF_ONE,
            fetch_max_bytes=FETCHED,
            parser=self._begin,
            decoder=decode,
            listener=self,
        )
        self._subscriber(self._hear)

    async def start(self) -> None:
        """Join the group; raises when no broker answers, so that the process ends rather than linger."""
        await connect(self._broker)
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, commit, and leave the group."""
        self._stopping = True
        try:
            await within(LEAVE, self._broker.stop())
        except (TimeoutError, Interrupted):
            log.warning("left the group without a farewell")

    async def start_anew(self) -> None:
        """Leave the group and join it with another client; what was not committed comes again."""
        old = self._subscriber.consumer
        try:
            await within(LEAVE, self._subscriber.stop())
        except Exception as error:  # whatever it is: this client is given up
            log.warning("left the group without a farewell", because=type(error).__name__)
            await self._cut_off(old)
        renew_password(self._broker, self._settings)
        await within(LEAVE, self._subscriber.start())
        self.broken = False
        self._pulse.trouble("inbox", None)

    async def _cut_off(self, old: Any) -> None:
        """A client that cannot leave must not keep its place in the group by its heart-beats either."""
        if old is not None:
            with contextlib.suppress(Exception):  # it may fail with whatever broke it
                await asyncio.wait_for(old._client.close(), ANSWER)

    @property
    def alive(self) -> bool:
        """Whether the consuming task still runs: a dead one says nothing by itself."""
        return all(not task.done() for task in self._subscriber.tasks)

    @property
    def assigned(self) -> bool:
        """Whether the group has given this member its partitions."""
        return bool(self._subscriber.consumer and self._subscriber.consumer.assignment())

    @property
    def held(self) -> Counter[str]:
        """Stream → partitions held here."""
        consumer = self._subscriber.consumer
        return Counter(tp.topic for tp in consumer.assignment()) if consumer else Counter()

    async def lag(self) -> dict[str, int]:
        """Stream → events of the partitions held here that are not dealt with yet; raises as ``behind`` does."""
        return {stream: behind.messages for stream, behind in (await self.behind()).items()}

    async def behind(self) -> dict[str, Behind]:
        """Stream → how far behind the partitions held here are; raises TimeoutError, also where nobody reads."""
        try:
            waiting = await asyncio.wait_for(self._waiting(), ANSWER)
        except AttributeError as error:  # what aiokafka's client fails with until all of it is there
            raise NoAnswer("the consumer has not come up") from error
        return {
            stream.value: self._progress.behind({tp: events for tp, events in waiting.items() if tp.topic == stream})
            for stream in self.streams
        }

    async def _waiting(self) -> dict[TopicPartition, int]:
        consumer = self._subscriber.consumer
        if consumer is None or not self._subscriber.running:
            raise NoAnswer("there is no consumer at work")
        noted = {tp: await self._progress.next(tp, consumer) for tp in consumer.assignment()}
        starts, ends = await asyncio.gather(consumer.beginning_offsets(list(noted)), consumer.end_offsets(list(noted)))
        for tp, start in starts.items():
            self._progress.begins(tp, start)
        return {tp: ends[tp] - upcoming(noted[tp], starts[tp], ends[tp]) for tp in noted}

    async def ask_for_missing(self) -> None:
        """Ask for what could not be asked for so far, then wait a little."""
        await self._progress.ask()
        await asyncio.sleep(ASK_POLL)

    @override
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._progress.forget(revoked)
        if self._committing:
            self._committing.cancel()  # aiokafka would try it again under the next assignment

    @override
    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._progress.forget(assigned)
        self.joined = True

    @property
    def _consumer(self) -> Any:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise ConsumerStoppedError
        return consumer

    async def _begin(self, records: Any) -> KafkaAckableMessage:
        """A batch begins here: before FastStream calls what hears it, an assignment may come and go."""
        return unparsed(records, self._progress.in_hand([record_of(r) for r in records]))

    async def _hear(self, message: KafkaMessage) -> None:
        """One batch, until it is done: FastStream would go on without it if this raised."""
        batch: InHand = message.body  # type: ignore[assignment] # as it was begun
        if self.broken:
            return  # this batch comes after the one given up: it must not be committed before it
        self.busy = True
        try:
            if await self._until_done(batch):
                await self._commit(batch)
                self.batches += 1
        finally:
            self.busy = False

    async def _until_done(self, batch: InHand) -> bool:
        """Whether it came to its end; not where the group gave all its partitions away meanwhile."""
        failed = 0
        while self._progress.still_ours(batch) and not (self._stopping or self.broken):
            self._pulse.beat("inbox")
            try:
                await self._progress.look_for_holes(batch, self._consumer)
                with self._telemetry.batch_duration.time():
                    await self._inbox.take(batch.records)
            except Exception as error:
                if not self._progress.still_ours(batch):
                    break
                failed += 1
                self._telemetry.halted.set(isinstance(error, StreamPoisoned))
                told("inbox", error, self._pulse, self._telemetry)
                self.broken = isinstance(error, NoAnswer)
                await asyncio.sleep(pause(failed))
            else:
                self._no_trouble()
                return True
        if not self.broken:
            self._no_trouble()
        return False

    def _no_trouble(self) -> None:
        self._telemetry.halted.set(0)
        self._pulse.trouble("inbox", None)

    async def _commit(self, batch: InHand) -> None:
        """What is dealt with is committed; when that fails it only comes again, and the inbox knows it."""
        done = self._progress.dealt_with(batch)
        if not done:
            return
        self._committing = asyncio.ensure_future(self._consumer.commit(done))
        try:
            await within(COMMIT, self._committing)
        except (KafkaError, TimeoutError, Interrupted) as error:
            log.warning("offsets not committed", because=type(error).__name__)
        finally:
            self._committing = None
