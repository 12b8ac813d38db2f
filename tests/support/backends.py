"""Which Kafka and which MongoDB the tests run on.

An address that is given wins, then containers where a Docker engine answers, then Apache Kafka by Maven and Java,
then what is built in. ``REQUIRE_REAL=1`` forbids the built-in Kafka; the built-in MongoDB is a real one.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient
from typing_extensions import override

from deploy.local.kafka import ADMIN_SECONDS, EmbeddedKafka, answers, create_topics, wait_for_topics
from deploy.local.mongod import Mongod
from deploy.local.program import CannotStart, Server
from shared.language.streams import PREFIX
from shared.language.topics import TOPICS
from tests.support.apache_kafka import ApacheKafka, find_java, kafka_jars
from tests.support.containers import KafkaContainer, MongoContainer, docker_answers


def real_required() -> bool:
    """Whether the run was told to do without stand-ins."""
    return os.environ.get("REQUIRE_REAL", "") not in ("", "0")


class KafkaServer(Protocol):
    """What the fixture starts, kills and asks for its address."""

    @property
    def bootstrap_servers(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class MongoServer(Protocol):
    """What the fixture starts, kills and asks for its address."""

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class Unstoppable(Server):
    """Somebody else's server: it is neither started nor stopped by tests."""

    @override
    def start(self) -> None:
        pass

    @override
    def stop(self) -> None:
        pass

    def kill(self) -> None:
        """Skips the test: taking it away is not for us."""
        pytest.skip("this server is not ours to stop")


class GivenKafka(Unstoppable):
    """The Kafka of ``KAFKA_BOOTSTRAP_SERVERS``. It must be empty of our topics: tests create and delete them."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers

    @override
    def start(self) -> None:
        if not answers(self.bootstrap_servers):
            raise CannotStart("Nothing answers at KAFKA_BOOTSTRAP_SERVERS: correct it or unset it.")
        if found := our_topics(self.bootstrap_servers):
            raise CannotStart(
                f"KAFKA_BOOTSTRAP_SERVERS has {found[0]} already, and tests delete it: give an empty Kafka."
            )

    @override
    def stop(self) -> None:
        delete_topics(self.bootstrap_servers)


class GivenMongo(Unstoppable):
    """The MongoDB of ``MONGODB_URL``; tests use databases of their own there."""

    def __init__(self, url: str) -> None:
        self.url = url


class BuiltInKafka(EmbeddedKafka):
    """The built-in Kafka cannot come back after a crash: it forgets everything, its address too."""

    def kill(self) -> None:
        """Skips the test."""
        pytest.skip("the built-in Kafka cannot be restarted")


@dataclass
class Kafka:
    """The Kafka of this run. ``kind`` is for people, ``real`` is False for the built-in one."""

    kind: str
    real: bool
    server: KafkaServer
    seconds: float = 0.0

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect."""
        return self.server.bootstrap_servers

    def stop(self) -> None:
        """Take it away as a crash would; skips the test where that is impossible."""
        self.server.kill()

    def start(self) -> None:
        """Bring it back, on the same address and with the same data."""
        self.server.start()

    def empty(self) -> None:
        """Leave every topic as it was created; a real one only."""
        delete_topics(self.bootstrap_servers)
        create_our_topics(self.bootstrap_servers)


@dataclass
class Mongo:
    """The MongoDB of this run, always a replica set."""

    kind: str
    server: MongoServer
    real: bool = True
    seconds: float = 0.0

    @property
    def url(self) -> str:
        """Where clients connect; names no database."""
        return self.server.url

    def stop(self) -> None:
        """Take it away as a crash would; skips the test where that is impossible."""
        self.server.kill()

    def start(self) -> None:
        """Bring it back, on the same address and with the same data."""
        self.server.start()

    def drop(self, prefix: str) -> None:
        """Drop every database whose name starts so."""
        with MongoClient[dict[str, Any]](self.url) as client:
            for name in client.list_database_names():
                if name.startswith(prefix):
                    client.drop_database(name)

    def empty(self, prefix: str) -> None:
        """Delete every document of the databases whose names start so."""
        with MongoClient[dict[str, Any]](self.url) as client:
            for name in client.list_database_names():
                if name.startswith(prefix):
                    for collection in client[name].list_collection_names(filter={"type": "collection"}):
                        client[name][collection].delete_many({})


def choose_kafka(directory: Path) -> Kafka:
    """The Kafka for this run, not started yet; raises CannotStart when a real one is required and there is none."""
    if address := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return Kafka("as given by KAFKA_BOOTSTRAP_SERVERS", True, GivenKafka(address))
    if docker_answers():
        return Kafka("Apache Kafka in a container", True, KafkaContainer())
    if problem := apache_kafka_lacks():
        return Kafka(f"built in, a stand-in ({problem})", False, BuiltInKafka())
    return Kafka("Apache Kafka by Maven and Java", True, ApacheKafka(directory))


def apache_kafka_lacks() -> CannotStart | None:
    """Why Apache Kafka itself cannot be run here, None when it can; raises it where a real one is required."""
    try:
        find_java()
        kafka_jars()
    except CannotStart as problem:
        if real_required():
            raise
        return problem
    return None


def choose_mongo(directory: Path) -> Mongo:
    """The MongoDB for this run, not started yet."""
    if url := os.environ.get("MONGODB_URL"):
        return Mongo("as given by MONGODB_URL", GivenMongo(url))
    if docker_answers():
        return Mongo("MongoDB in a container", MongoContainer())
    return Mongo("mongod, built in", Mongod(directory))


def timed(start: Callable[[], None]) -> float:
    """Run it; how many seconds it took."""
    began = time.monotonic()
    start()
    return time.monotonic() - began


def our_topics(bootstrap_servers: str) -> list[str]:
    """The product's topics that exist."""
    with AdminClient({"bootstrap.servers": bootstrap_servers}) as admin:
        return [name for name in admin.list_topics(timeout=ADMIN_SECONDS).topics if name.startswith(f"{PREFIX}.")]


def create_our_topics(bootstrap_servers: str) -> None:
    """Create what the product needs."""
    create_topics(bootstrap_servers, [(topic.name, topic.partitions, topic.config) for topic in TOPICS])


def delete_topics(bootstrap_servers: str) -> None:
    """Delete the product's topics, and with them what any group has committed there."""
    names = our_topics(bootstrap_servers)
    if not names:
        return
    with AdminClient({"bootstrap.servers": bootstrap_servers}) as admin:
        for answer in admin.delete_topics(names, operation_timeout=ADMIN_SECONDS).values():
            answer.result(ADMIN_SECONDS)
        wait_for_topics(admin, lambda served: served.isdisjoint(names))
        delete_idle_groups(admin)


def delete_idle_groups(admin: AdminClient) -> None:
    """Forget groups without members; one that is still being left is harmless, its offsets went with the topics."""
    groups = [group.group_id for group in admin.list_consumer_groups().result(ADMIN_SECONDS).valid]
    for answer in admin.delete_consumer_groups(groups).values() if groups else ():
        try:
            answer.result(ADMIN_SECONDS)
        except KafkaException:
            continue
