"""How clients reach Kafka: addresses, TLS and SASL from the settings, and what makes a producer safe."""

import ssl
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512
from typing_extensions import override

from shared.kafka.patient import Patient
from shared.language.envelope import Record
from shared.language.topics import LARGEST_RECORD
from shared.settings import Settings

METADATA_AGE = 15_000
"""Milliseconds after which a consumer looks for topics and partitions that are new, or are there again."""

WRITTEN_TOGETHER = 256 * 1024
"""Bytes of records a producer writes as one batch, which is what brokers hand out."""
FETCHED_OF_ONE, FETCHED = WRITTEN_TOGETHER, LARGEST_RECORD
"""Bytes a reader takes of one partition, and of one broker, at a time.

What a reader holds: aiokafka fetches on while a batch is in hand, until every partition has an answer that waits; and
of each broker one answer is on its way. So at most partitions times FETCHED_OF_ONE, and brokers times
FETCHED: with 75 partitions at three brokers 19 and 24 MiB. A batch of records that has more than either comes
all the same, alone, so that nothing can get stuck.
"""


def group_of(service: str) -> str:
    """The consumer group of a service."""
    return f"telemachus-{service}"


def make_broker(settings: Settings, service: str) -> KafkaBroker:
    """FastStream's broker; it creates no topics, those are the platform team's."""
    return KafkaBroker(
        settings.kafka_bootstrap_servers.split(","),
        client_id=f"telemachus-{service}",
        security=_security(settings),
        consumer_only=True,  # what is said goes through the outbox, with a producer of its own
        allow_auto_create_topics=False,
        metadata_max_age_ms=METADATA_AGE,
        graceful_timeout=20.0,
        logger=None,
    )


async def connect(broker: KafkaBroker) -> None:
    """Make it ready to start; its clients wait for events patiently."""
    await broker.connect()
    config: Any = broker.config.broker_config
    config.builder = partial(Patient, **config.builder.keywords)


def renew_password(broker: KafkaBroker, settings: Settings) -> None:
    """The next client of this broker signs in with the password of now."""
    if settings.kafka_security_protocol.startswith("SASL"):
        config = broker.config.broker_config
        config.builder = partial(config.builder, sasl_plain_password=settings.kafka_password())


async def start_producer(settings: Settings, service: str) -> AIOKafkaProducer:
    """A producer that loses nothing and doubles nothing; raises KafkaError when no broker answers."""
    producer = AIOKafkaProducer(
        client_id=f"telemachus-{service}-outbox",
        enable_idempotence=True,
        acks="all",
        max_batch_size=WRITTEN_TOGETHER,
        **reached(settings),
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


def make_admin(settings: Settings, service: str) -> AIOKafkaAdminClient:
    """Asks the broker about topics and groups. To be started and closed."""
    return AIOKafkaAdminClient(client_id=f"telemachus-{service}-operator", **reached(settings))


def make_reader(settings: Settings, service: str, most: int = FETCHED_OF_ONE) -> AIOKafkaConsumer:
    """Reads partitions it is given, in no group, so that nobody is disturbed. To be started and stopped.

    ``most``: bytes of a partition fetched at a time.
    """
    return AIOKafkaConsumer(
        client_id=f"telemachus-{service}-operator",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=most,
        fetch_max_bytes=FETCHED,
        **reached(settings),
    )


def record_of(r: "ConsumerRecord[bytes, bytes]") -> Record:
    """What a client of Kafka has read."""
    return Record(r.topic, r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))


def reached(settings: Settings) -> dict[str, Any]:
    """How aiokafka's own clients get to the broker."""
    security = _security(settings)
    return {
        "bootstrap_servers": settings.kafka_bootstrap_servers.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": security.ssl_context if security else None,
        "sasl_mechanism": settings.kafka_sasl_mechanism if "SASL" in settings.kafka_security_protocol else "PLAIN",
        "sasl_plain_username": settings.kafka_sasl_username or None,
        "sasl_plain_password": settings.kafka_password() or None,
    }


def _security(settings: Settings) -> BaseSecurity | None:
    protocol = settings.kafka_security_protocol
    if protocol == "PLAINTEXT":
        return None
    context = tls(settings) if protocol.endswith("SSL") else None
    if not protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    kind = kinds[settings.kafka_sasl_mechanism]
    return kind(settings.kafka_sasl_username, settings.kafka_password(), ssl_context=context)


def tls(settings: Settings) -> ssl.SSLContext:
    """Whom to trust, and what to show of ourselves; raises OSError when that cannot be read.

    Files that are renewed count from the next connection on.
    """
    _read(settings)
    context = _ReadAnew(ssl.PROTOCOL_TLS_CLIENT)
    context.settings = settings
    return context


class _ReadAnew(ssl.SSLContext):
    """Reads its files for every connection."""

    settings: Settings

    @override
    def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:
        """What asyncio begins a connection with."""
        return _read(self.settings).wrap_bio(*given, **named)


def _read(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file)
    if settings.kafka_ssl_cert_file:
        context.load_cert_chain(settings.kafka_ssl_cert_file, settings.kafka_ssl_key_file)
    return context
