"""Kafka through FastStream: batches in, with their offsets committed only after the transaction."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512
from typing_extensions import override

from shared.envelope import Record, Undecodable, open_envelope
from shared.inbox import Inbox, StreamPoisoned
from shared.loops import Pulse, pause, told
from shared.settings import Settings
from shared.streams import Stream
from shared.telemetry import Telemetry
from shared.topics import LARGEST_RECORD

log = structlog.get_logger()

TOGETHER = 500
"""Records a batch: what one MongoDB transaction takes in a few hundredths of a second."""
ASK_AGAIN_AFTER = 60.0
OVERLAP = timedelta(hours=1)

AskForReplay = Callable[[Stream, datetime], Awaitable[None]]


class Bus(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """One service's consumer over all the streams it hears, in its own consumer group."""

    def __init__(
        self,
        settings: Settings,
        service: str,
        streams: Sequence[Stream],
        inbox: Inbox,
        telemetry: Telemetry,
        pulse: Pulse,
        ask_for_replay: AskForReplay,
    ) -> None:
        self._settings, self._service, self.streams = settings, service, streams
        self._inbox, self._telemetry, self._pulse = inbox, telemetry, pulse
        self._ask_for_replay = ask_for_replay
        self._asked_at: dict[str, float] = {}
        self._next: dict[TopicPartition, int] = {}
        self._last_time: dict[TopicPartition, datetime] = {}
        self._in_hand = 0
        self._stopping = False
        self._broker = self._make_broker()
        self._subscriber = self._broker.subscriber(
            *(stream.value for stream in streams),
            batch=True,
            max_records=TOGETHER,
            batch_timeout_ms=50,
            fetch_max_wait_ms=100,  # other questions to the broker wait behind a fetch
            session_timeout_ms=6000,  # the least brokers allow: a killed member's partitions move on soon
            heartbeat_interval_ms=1500,
            group_id=f"telemachus-{service}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_partition_fetch_bytes=LARGEST_RECORD,
            parser=_parse,
            decoder=_decode,
            listener=self,
        )
        self._subscriber(self._hear)

    def _make_broker(self) -> KafkaBroker:
        settings = self._settings
        return KafkaBroker(
            settings.kafka_bootstrap_servers.split(","),
            client_id=f"telemachus-{self._service}",
            security=_security(settings),
            allow_auto_create_topics=False,
            graceful_timeout=20.0,
            logger=None,
        )

    async def start(self) -> None:
        """Join the group; raises when no broker answers, so that the process ends rather than linger."""
        await self._broker.connect()
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, commit, and leave the group."""
        self._stopping = True
        await self._broker.stop()

    async def start_producer(self) -> AIOKafkaProducer:
        """A producer that loses nothing and doubles nothing."""
        settings, security = self._settings, _security(self._settings)
        producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap_servers.split(","),
            client_id=f"telemachus-{self._service}-outbox",
            enable_idempotence=True,
            acks="all",
            linger_ms=5,
            max_request_size=LARGEST_RECORD,
            security_protocol=settings.kafka_security_protocol,
            ssl_context=security.ssl_context if security else None,
            sasl_mechanism=settings.kafka_sasl_mechanism if "SASL" in settings.kafka_security_protocol else "PLAIN",
            sasl_plain_username=settings.kafka_sasl_username or None,
            sasl_plain_password=settings.kafka_sasl_password.get_secret_value() or None,
        )
        await producer.start()
        return producer

    async def ping(self) -> bool:
        """Whether a broker answers within two seconds."""
        return await self._broker.ping(timeout=2.0)

    @property
    def alive(self) -> bool:
        """Whether the consuming task still runs: a dead one says nothing by itself."""
        return all(not task.done() for task in self._subscriber.tasks)

    @property
    def assigned(self) -> bool:
        """Whether the group has given this member its partitions."""
        return bool(self._subscriber.consumer and self._subscriber.consumer.assignment())

    async def lag(self) -> dict[str, int]:
        """Stream → events of the partitions held here that are not dealt with yet."""
        consumer = self._subscriber.consumer
        lag = dict.fromkeys((stream.value for stream in self.streams), 0)
        if consumer is None:
            return lag
        ends: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
        for tp, end in ends.items():
            dealt_with = self._next[tp] if tp in self._next else await consumer.committed(tp) or 0
            lag[tp.topic] += max(0, end - dealt_with)
        return lag

    @override
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        for tp in revoked:
            self._next.pop(tp, None)

    @override
    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        for tp in assigned:
            self._next.pop(tp, None)

    @property
    def _consumer(self) -> Any:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise ConsumerStoppedError
        return consumer

    async def _hear(self, message: KafkaMessage) -> None:
        """One batch, until it is done: FastStream would go on without it if this raised."""
        raw: tuple[ConsumerRecord[bytes, bytes], ...] = message.raw_message
        records = [_record(r) for r in raw]
        await self._look_for_holes(records)
        if await self._until_done(records):
            await self._commit(records)

    async def _until_done(self, records: list[Record]) -> bool:
        failed = 0
        while not self._stopping:
            self._pulse.beat("inbox")
            try:
                with self._telemetry.batch_duration.time():
                    await self._inbox.take(records)
            except Exception as error:
                failed += 1
                self._telemetry.halted.set(isinstance(error, StreamPoisoned))
                told("inbox", error, self._pulse, self._telemetry)
                await asyncio.sleep(pause(failed))
            else:
                self._telemetry.halted.set(0)
                self._pulse.trouble("inbox", None)
                return True
        return False

    async def _commit(self, records: list[Record]) -> None:
        """What is dealt with is committed; when that fails it only comes again, and the inbox knows it."""
        done = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        self._next.update(done)
        try:
            await self._consumer.commit(done)
        except KafkaError as error:
            log.warning("offsets not committed", because=type(error).__name__)

    async def _look_for_holes(self, records: list[Record]) -> None:
        """Offsets that jump mean events the broker no longer has: ask for them, at most once a minute a stream."""
        for record in records:
            tp = TopicPartition(record.topic, record.partition)
            expected = self._next[tp] if tp in self._next else await self._committed(tp)
            if record.offset > expected:
                self._telemetry.holes.labels(record.topic).inc()
                await self._ask(Stream(record.topic), self._last_time.get(tp))
            self._next[tp] = record.offset + 1
            try:
                self._last_time[tp] = open_envelope(record).time
            except Undecodable:
                continue

    async def _committed(self, tp: TopicPartition) -> int:
        return await self._consumer.committed(tp) or 0

    async def _ask(self, stream: Stream, last: datetime | None) -> None:
        now = time.monotonic()
        if now - self._asked_at.get(stream, -ASK_AGAIN_AFTER) >= ASK_AGAIN_AFTER:
            self._asked_at[stream] = now
            log.warning("hole in a stream, asking for a replay", stream=stream.value)
            await self._ask_for_replay(stream, last - OVERLAP if last else datetime.fromtimestamp(0, UTC))


def _record(r: "ConsumerRecord[bytes, bytes]") -> Record:
    return Record(r.topic, r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))


async def _parse(records: Any) -> KafkaAckableMessage:
    """FastStream's own parser loses a whole batch over one header that is not UTF-8; this one reads none."""
    return KafkaAckableMessage(
        raw_message=records,
        body=b"",
        headers={},
        batch_headers=[],
        reply_to="",
        content_type=None,
        message_id=f"{records[0].offset}",
        correlation_id=None,
        path={},
        consumer=None,  # offsets are committed through the subscriber
    )


async def _decode(_: Any) -> bytes:
    return b""


def _security(settings: Settings) -> BaseSecurity | None:
    protocol = settings.kafka_security_protocol
    if protocol == "PLAINTEXT":
        return None
    context = _tls(settings) if protocol.endswith("SSL") else None
    if not protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    kind = kinds[settings.kafka_sasl_mechanism]
    return kind(settings.kafka_sasl_username, settings.kafka_sasl_password.get_secret_value(), ssl_context=context)


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file)
    if settings.kafka_ssl_cert_file:
        context.load_cert_chain(settings.kafka_ssl_cert_file, settings.kafka_ssl_key_file)
    return context
