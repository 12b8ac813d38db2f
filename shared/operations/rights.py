"""What a service may do on Kafka and MongoDB: what it says and hears, and no more.

An idempotent producer needs no right of its own: since Kafka 2.8 (KIP-679) writing to some topic is enough.
"""

from dataclasses import dataclass

from shared.language.streams import Stream
from shared.running.declared import Declared

READ = ("Describe", "DescribeConfigs", "Read")
"""Kafka's operations on a topic that is heard; with DescribeConfigs ``check`` sees how long it keeps its events."""
WRITE = ("Describe", "DescribeConfigs", "Write")
"""Kafka's operations on a topic that is written to."""
GROUP = ("Describe", "Read")
"""Kafka's operations on the consumer group of a service."""
DATABASE = ("createCollection", "createIndex", "find", "insert", "listCollections", "listIndexes", "remove", "update")
"""MongoDB's actions on the collections of a service's own database."""


@dataclass(frozen=True)
class Rights:
    """The rights of one service. Topics are sorted by name; ``database`` comes after the prefix and an underscore."""

    service: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    group: str

    @property
    def user(self) -> str:
        """The name of its user, on the broker and in the database."""
        return f"telemachus-{self.service}"

    @property
    def database(self) -> str:
        """Its database, where the prefix is left as it is."""
        return f"telemachus_{self.service}"

    @property
    def topics(self) -> dict[str, tuple[str, ...]]:
        """Topic → Kafka's operations on it, sorted by name."""
        held: dict[str, set[str]] = {}
        for topics, operations in ((self.reads, READ), (self.writes, WRITE)):
            for topic in topics:
                held.setdefault(topic, set()).update(operations)
        return {topic: tuple(sorted(held[topic])) for topic in sorted(held)}


def rights_of(service: Declared) -> Rights:
    """What that service needs.

    It reads the streams of the events it hears. It writes the streams of the events it says, what it could not deal
    with into their dead letters, and every service may ask for a replay.
    """
    said = {event.stream.value for event in service.says} | {Stream.REPLAY_REQUESTS.value}
    dead = {stream.dead_letters for stream in service.streams}
    heard = {stream.value for stream in service.streams}
    return Rights(service.name, tuple(sorted(heard)), tuple(sorted(said | dead)), f"telemachus-{service.name}")
