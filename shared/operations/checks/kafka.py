"""What a service needs of Kafka: brokers that let it in, its topics as they should be, and its rights."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin.config_resource import ConfigResourceType
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    NoError,
    SaslAuthenticationFailed,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
    for_code,
)
from aiokafka.protocol.admin import DescribeConfigsRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest

from shared.kafka.connection import reached
from shared.language.topics import TOPICS, Topic
from shared.operations.checks.protocol import AskGroup, AskTopics, allowed
from shared.operations.checks.result import Check, lacking
from shared.operations.rights import GROUP, Rights
from shared.settings import Settings

CONNECT = 5000
"""Milliseconds for a connection: a broker that drops packets would take up all the time there is."""
ASK_AGAIN = 8
"""How often the broker of a group is asked for, once a second."""


class Brokers:
    """Connections of a check's own: they say why they fail, which clients that look for brokers do not."""

    def __init__(self, settings: Settings, rights: Rights) -> None:
        self._settings = settings
        self._rights = rights

    async def reachable(self) -> list[Check]:
        """Every broker of the cluster answers where the cluster says it is."""
        async with self.connection() as connection:
            answer = await connection.send(AskTopics([]))
        places = [f"{host}:{port}" for _, host, port, _ in answer.brokers]
        return [check for place in places for check in await self._one(place)]

    async def _one(self, place: str) -> list[Check]:
        what = f"Kafka broker {place}"
        try:
            async with self._connected(place) as connection:
                return [Check(what, True, _encryption(connection))]
        except Exception as error:
            found, remedy = explain(error)
            return [Check(what, False, found, remedy)]

    async def topics(self) -> list[Check]:
        """Every topic is there, with its partitions and settings, and we may do with it what we must."""
        names = sorted(self._rights.topics)
        async with self.connection() as connection:
            answer = await connection.send(AskTopics(names))
            resources = [(ConfigResourceType.TOPIC, name, None) for name in names]
            settings = await connection.send(DescribeConfigsRequest(resources))
        config = {name: {key: value for key, value, *_ in entries} for *_, name, entries in settings.resources}
        found = {name: (code, len(partitions), bits) for code, name, _, partitions, bits in answer.topics}
        topics = {topic.name: topic for topic in TOPICS}
        return [self._topic(topics[name], *found[name], config[name]) for name in names]

    def _topic(self, topic: Topic, code: int, partitions: int, bits: int, config: dict[str, str]) -> Check:
        what = f"Kafka topic {topic.name}"
        if for_code(code) is UnknownTopicOrPartitionError:
            return Check(what, False, "is missing", f"create it with {_shape(topic)}")
        operations = self._rights.topics[topic.name]
        missing = set(operations) - (allowed(bits) if code == NoError.errno else set())
        if missing:
            found = f"user lacks {', '.join(sorted(missing))}"
            return Check(what, False, found, f"give {self._rights.user} {', '.join(operations)} on it")
        if partitions != topic.partitions:
            found = f"has {partitions} partitions instead of {topic.partitions}"
            return Check(what, False, found, "create it anew and replay: other numbers tear the order of keys")
        wrong = {name: config.get(name) for name, value in topic.config.items() if config.get(name) != value}
        return Check(what, not wrong, _told(wrong) or _shape(topic), f"set {_told(topic.config)}" if wrong else "")

    async def group(self) -> list[Check]:
        """The consumer group is ours."""
        what, rights = f"Kafka group {self._rights.group}", f"give {self._rights.user} {', '.join(GROUP)} on it"
        coordinator = await self._coordinator()
        if for_code(coordinator.error_code) is GroupAuthorizationFailedError:
            return [lacking(what, set(GROUP), "", rights)]
        async with self._connected(f"{coordinator.host}:{coordinator.port}") as connection:
            answer = await connection.send(AskGroup(self._rights.group))
        bits = answer.groups[0][-1]
        return [lacking(what, set(GROUP) - allowed(bits), "rights held", rights)]

    async def _coordinator(self) -> Any:
        """The broker of our group; a young cluster takes a moment to name one. Raises what is asked of it in vain."""
        async with self.connection() as connection:
            for _ in range(ASK_AGAIN):
                answer = await connection.send(FindCoordinatorRequest(self._rights.group, 0))
                if for_code(answer.error_code) is not GroupCoordinatorNotAvailableError:
                    return answer
                await asyncio.sleep(1)
        raise GroupCoordinatorNotAvailableError

    async def certificate(self) -> float | None:
        """When the broker's certificate ends, as a timestamp; None without TLS."""
        async with self.connection() as connection:
            shown = connection._writer.get_extra_info("peercert")
        return ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AIOKafkaConnection]:
        """A connection to the first of the named brokers that answers; raises what the last one failed with."""
        *others, last = self._settings.kafka_bootstrap_servers.split(",")
        opened = None
        for place in others:
            with contextlib.suppress(OSError, TimeoutError, KafkaConnectionError):
                opened = await self._connect(place)
                break
        opened = opened or await self._connect(last)
        try:
            yield opened
        finally:
            opened.close()

    @asynccontextmanager
    async def _connected(self, place: str) -> AsyncIterator[AIOKafkaConnection]:
        connection = await self._connect(place)
        try:
            yield connection
        finally:
            connection.close()

    async def _connect(self, place: str) -> AIOKafkaConnection:
        host, _, port = place.strip().rpartition(":")
        security = {name: value for name, value in reached(self._settings).items() if name != "bootstrap_servers"}
        client = f"{self._rights.user}-check"
        return await create_conn(host, int(port), client_id=client, request_timeout_ms=CONNECT, **security)


def _encryption(connection: AIOKafkaConnection) -> str:
    cipher = connection._writer.get_extra_info("cipher")
    return f"answers, {cipher[1]}" if cipher else "answers, without TLS"


def _shape(topic: Topic) -> str:
    return f"{topic.partitions} {'partition' if topic.partitions == 1 else 'partitions'}, {_told(topic.config)}"


def _told(config: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name}={value}" for name, value in config.items())


def explain(error: Exception) -> tuple[str, str]:
    """Why Kafka cannot be asked, and which setting to look at."""
    for kinds, found, remedy in REASONS:
        if isinstance(error, kinds):
            return found, remedy
    return f"failed ({type(error).__name__})", "see the log of the broker"


REASONS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (SaslAuthenticationFailed,),
        "the broker refuses user or password",
        "correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or the user on the broker",
    ),
    (
        (UnsupportedSaslMechanismError,),
        "the broker does not offer this way to sign in",
        "correct KAFKA_SASL_MECHANISM",
    ),
    (
        (ssl.SSLCertVerificationError,),
        "the broker's certificate is not trusted",
        "correct KAFKA_SSL_CA_FILE, or the host names in KAFKA_BOOTSTRAP_SERVERS",
    ),
    (
        (ssl.SSLError,),
        "TLS fails",
        "correct KAFKA_SECURITY_PROTOCOL, or KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE",
    ),
    (
        (FileNotFoundError, PermissionError),
        "a certificate or key cannot be read",
        "correct KAFKA_SSL_CA_FILE, KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE",
    ),
    (
        (IncompatibleBrokerVersion, NotImplementedError),
        "this broker does not answer such a question",
        "use Apache Kafka 2.3 or newer",
    ),
    (
        (GroupCoordinatorNotAvailableError,),
        "the cluster names no broker for the group",
        "see the log of the brokers: is the topic __consumer_offsets well?",
    ),
    (
        (KafkaConnectionError, ConnectionResetError, asyncio.IncompleteReadError),
        "the broker hangs up",
        "correct KAFKA_SECURITY_PROTOCOL; does the broker want a client certificate (KAFKA_SSL_CERT_FILE)?",
    ),
    (
        (OSError, TimeoutError, ValueError),
        "does not answer",
        "correct KAFKA_BOOTSTRAP_SERVERS (host:port), or open the network",
    ),
)
