"""How far groups are behind, worked out by a client that is not ours from what the broker says."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import EarliestSpec, LatestSpec, OffsetSpec

from shared.kafka.connection import group_of

Place = tuple[str, int]
"""Topic and partition."""
EARLIEST = EarliestSpec()  # type: ignore[no-untyped-call]
LATEST = LatestSpec()  # type: ignore[no-untyped-call]
ANSWER = 3.0
"""Seconds for one answer of the broker."""


@dataclass(frozen=True)
class Offsets:
    """What the broker says at one moment, more or less."""

    begins: Mapping[Place, int] = field(default_factory=dict)
    ends: Mapping[Place, int] = field(default_factory=dict)
    committed: Mapping[str, Mapping[Place, int]] = field(default_factory=dict)
    """Service → what its group has noted."""

    def went_on_until(self, later: "Offsets") -> bool:
        """Whether nothing was lost or taken back between the two."""
        both = [(self.begins, later.begins), (self.ends, later.ends)]
        both += [(mine, later.committed[service]) for service, mine in self.committed.items()]
        return all(after.get(place, -1) >= offset for before, after in both for place, offset in before.items())


class Asker:
    """Asks one broker about the groups of these services."""

    def __init__(self, bootstrap_servers: str, hears: Mapping[str, Iterable[str]]) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
        self._hears = {service: frozenset(topics) for service, topics in hears.items()}

    def now(self) -> Offsets:
        """What the broker says; raises KafkaException or TimeoutError while it does not."""
        topics = self._admin.list_topics(timeout=ANSWER).topics
        heard = frozenset().union(*self._hears.values())
        places = [(name, number) for name in heard & topics.keys() for number in topics[name].partitions]
        begins, ends = (self._listed(places, spec) for spec in (EARLIEST, LATEST))
        return Offsets(begins, ends, {service: self._committed(service) for service in self._hears})

    def _listed(self, places: list[Place], spec: OffsetSpec) -> dict[Place, int]:
        asked = {TopicPartition(*place): spec for place in places}
        answers = self._admin.list_offsets(asked, request_timeout=ANSWER) if asked else {}
        return {(tp.topic, tp.partition): answer.result(ANSWER).offset for tp, answer in answers.items()}

    def _committed(self, service: str) -> dict[Place, int]:
        group = group_of(service)
        wanted = [ConsumerGroupTopicPartitions(group)]
        noted = self._admin.list_consumer_group_offsets(wanted, request_timeout=ANSWER)[group].result(ANSWER)
        return {(tp.topic, tp.partition): tp.offset for tp in noted.topic_partitions if tp.offset >= 0}

    def between(self, before: Offsets, after: Offsets, service: str) -> dict[str, tuple[int, int]]:
        """Topic → the fewest and the most events that can have waited for a service at a moment between the two."""
        fewest, most = (
            self._behind(before.begins, before.ends, after.committed[service], service),
            self._behind(after.begins, after.ends, before.committed[service], service),
        )
        return {topic: (fewest[topic], most[topic]) for topic in self._hears[service]}

    def _behind(
        self, begins: Mapping[Place, int], ends: Mapping[Place, int], committed: Mapping[Place, int], service: str
    ) -> Counter[str]:
        waiting: Counter[str] = Counter()
        for place, end in ends.items():
            if place[0] in self._hears[service]:
                waiting[place[0]] += max(0, end - max(committed.get(place, 0), begins.get(place, 0)))
        return waiting
