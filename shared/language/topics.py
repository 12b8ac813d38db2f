"""The topics of the bus: one a stream, and one for its dead letters. Deployments create them from this list."""

from dataclasses import dataclass, field

from shared.language.streams import Stream

LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes a topic takes: a record too large to be an event must still fit into the dead letters."""


@dataclass(frozen=True)
class Topic:
    """What a topic is created with; ``config`` holds the broker's own names."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


def _topics() -> list[Topic]:
    for_ever = {"retention.ms": "-1", "cleanup.policy": "delete", "max.message.bytes": str(LARGEST_RECORD)}
    a_week = for_ever | {"retention.ms": "604800000"}
    topics = []
    for stream in Stream:
        commands = stream in (Stream.MATCHING_REQUESTS, Stream.REPLAY_REQUESTS)
        topics.append(Topic(stream.value, 3 if commands else 12, a_week if commands else for_ever))
        topics.append(Topic(stream.dead_letters, 1, for_ever))
    return topics


TOPICS = _topics()
"""Streams are kept for ever: they hold no personal data, and everything can be rebuilt from them."""


if __name__ == "__main__":
    for topic in TOPICS:
        settings = ",".join(f"{name}={value}" for name, value in topic.config.items())
        print(topic.name, topic.partitions, settings)  # noqa: T201 - the one-shot job that creates topics reads it
