"""Kafka without a broker process: librdkafka's own in-process cluster; and topics, wherever the broker is."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from typing_extensions import override

from deploy.local.program import CannotStart, Server

TopicSpec = tuple[str, int, Mapping[str, str]]
"""Name, number of partitions, settings of the topic."""
READY_SECONDS = 10
CREATE_SECONDS = 30


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
    """Create the topics that are missing, one replica each; raises KafkaException on any other answer."""
    topics = [
        NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config))
        for name, partitions, config in specs
    ]
    with AdminClient({"bootstrap.servers": bootstrap_servers}) as admin:
        for answer in admin.create_topics(topics, operation_timeout=CREATE_SECONDS).values():
            _existing_is_fine(answer)


def _existing_is_fine(answer: Future[None]) -> None:
    try:
        answer.result(CREATE_SECONDS)
    except KafkaException as problem:
        if problem.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
