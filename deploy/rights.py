"""What each service may do on Kafka and MongoDB: what it says and hears, and no more.

Chart, documentation and tests derive the users of brokers and databases from here. An idempotent producer needs no
right of its own: since Kafka 2.8 (KIP-679) writing to some topic is enough.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.services import SERVICES
from shared.service import Service
from shared.streams import Stream
from shared.topics import TOPICS

FILE = Path(__file__).parent / "chart" / "files" / "kafka.yaml"
"""Where the chart finds topics and users; ``python -m deploy.rights`` writes it."""

READ = ("Describe", "Read")
"""Kafka's operations on a topic that is heard."""
WRITE = ("Describe", "Write")
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


def rights_of(service: Service) -> Rights:
    """What that service needs.

    It reads the streams of the events it hears. It writes the streams of the events it says, what it could not deal
    with into their dead letters, and every service may ask for a replay.
    """
    said = {event.stream.value for event in service.says} | {Stream.REPLAY_REQUESTS.value}
    dead = {stream.dead_letters for stream in service.streams}
    heard = {stream.value for stream in service.streams}
    return Rights(service.name, tuple(sorted(heard)), tuple(sorted(said | dead)), f"telemachus-{service.name}")


RIGHTS = tuple(rights_of(service) for service in SERVICES)


def acls(rights: Rights) -> list[dict[str, Any]]:
    """The rights of one service as Strimzi's KafkaUser has them."""
    allowed: dict[tuple[str, str], tuple[str, ...]] = {("topic", topic): READ for topic in rights.reads}
    for topic in rights.writes:
        allowed["topic", topic] = tuple(sorted({*allowed.get(("topic", topic), ()), *WRITE}))
    allowed["group", rights.group] = GROUP
    return [
        {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": list(operations)}
        for (kind, name), operations in sorted(allowed.items())
    ]


def for_chart() -> str:
    """Topics and users as the chart reads them: YAML."""
    import yaml  # whoever only asks for rights need not have it

    topics = [{"name": topic.name, "partitions": topic.partitions, "config": dict(topic.config)} for topic in TOPICS]
    users = [
        {
            "service": rights.service,
            "user": rights.user,
            "group": rights.group,
            "reads": list(rights.reads),
            "writes": list(rights.writes),
            "acls": acls(rights),
        }
        for rights in RIGHTS
    ]
    head = "# Made from shared/topics.py and deploy/rights.py: python -m deploy.rights\n"
    return head + yaml.safe_dump({"topics": topics, "users": users}, sort_keys=False, width=120)


if __name__ == "__main__":
    FILE.write_text(for_chart())
