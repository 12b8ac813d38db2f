"""Kafka without a broker process: librdkafka's own in-process cluster; and topics, wherever the broker is."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from typing_extensions import override

from deploy.local.program import POLL_SECONDS, CannotStart, Server

TopicSpec = tuple[str, int, Mapping[str, str]]
"""Name, number of partitions, settings of the topic."""
READY_SECONDS = 10
ADMIN_SECONDS = 30


class EmbeddedKafka(Server):
    """The Kafka protocol on the loopback interface as long as this object lives; a context manager.

    Topics appear on first use, with four partitions each. It keeps the newest 5 MB of a partition and forgets
    everything when it stops.
    """

    def __init__(self) -> None:
        self.bootstrap_servers = ""
        self._cluster: Producer | None = None

    @override
    def start(self) -> None:
        """Start it; raises CannotStart when it does not answer."""
        # log_level 4: the notice that bootstrap.servers is replaced is no news here
        self._cluster = Producer({"bootstrap.servers": "embedded", "test.mock.num.brokers": 1, "log_level": 4})
        try:
            brokers = self._cluster.list_topics(timeout=READY_SECONDS).brokers.values()
        except KafkaException as problem:
            raise CannotStart(
                f"The built-in Kafka does not answer: set KAFKA_BOOTSTRAP_SERVERS ({problem})."
            ) from problem
        self.bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    @override
    def stop(self) -> None:
        """End it; everything in it is gone."""
        self._cluster = None


def answers(bootstrap_servers: str) -> bool:
    """Whether a broker answers there within a second."""
    with AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0}) as admin:
        try:
            return bool(admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False


def create_topics(bootstrap_servers: str, specs: Iterable[TopicSpec]) -> None:
    """Create the topics that are missing, one replica each, and wait until the broker serves them.

    Raises KafkaException when it refuses one, CannotStart when one does not appear.
    """
    with AdminClient({"bootstrap.servers": bootstrap_servers}) as admin:
        create_with(admin, specs)


def create_with(admin: AdminClient, specs: Iterable[TopicSpec]) -> None:
    """The same, by somebody who has signed in."""
    topics = [
        NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config))
        for name, partitions, config in specs
    ]
    for answer in admin.create_topics(topics, operation_timeout=ADMIN_SECONDS).values():
        _existing_is_fine(answer)
    wanted = {topic.topic for topic in topics}
    wait_for_topics(admin, lambda served: wanted <= served)


def _existing_is_fine(answer: Future[None]) -> None:
    try:
        answer.result(ADMIN_SECONDS)
    except KafkaException as problem:
        if problem.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def wait_for_topics(admin: AdminClient, enough: Callable[[set[str]], bool]) -> None:
    """Ask until ``enough`` accepts the names of the topics the broker serves.

    The controller answers before the broker has followed: whoever writes into that gap may write to a topic that is
    about to be deleted. Raises CannotStart when the time is up.
    """
    deadline = time.monotonic() + ADMIN_SECONDS
    while not enough(_served(admin)):
        if time.monotonic() > deadline:
            raise CannotStart("Kafka has not followed a change of its topics: see its log.")
        time.sleep(POLL_SECONDS)


def _served(admin: AdminClient) -> set[str]:
    topics = admin.list_topics(timeout=ADMIN_SECONDS).topics
    return {
        name
        for name, topic in topics.items()
        if topic.partitions and all(partition.leader >= 0 for partition in topic.partitions.values())
    }
