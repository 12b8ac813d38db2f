"""What Kafka does not take at the moment waits by its topic, or by its key where one record is too large."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.kafka.outcome import Outcome
from shared.language.topics import TOPICS

FIRST, LONGEST = 0.5, 30.0
"""Seconds until what was refused is tried again: twice as many each time, up to the longest."""
MOST_KEYS = 100
"""Keys of one topic that wait for a record that is too large; with more of them the whole topic waits."""

Query = Mapping[str, Any]
"""To MongoDB, for rows of the outbox."""


@dataclass
class Pause:
    """How long to leave alone what was refused, and why it was."""

    why: str = ""
    attempts: int = 0
    ends_at: float = 0.0

    def begin(self, why: str) -> None:
        """It was refused, once more."""
        self.why = why
        self.ends_at = time.monotonic() + min(LONGEST, FIRST * 2 ** min(self.attempts, 10))
        self.attempts += 1

    @property
    def over(self) -> bool:
        """It is to be tried again."""
        return time.monotonic() >= self.ends_at


@dataclass
class Large:
    """What of one topic waits because its first record is larger than the topic takes."""

    pause: Pause = field(default_factory=Pause)
    keys: dict[str, bytes | None] = field(default_factory=dict)
    """That record's row id → its key, which waits with it: nothing overtakes it. Without a key it waits alone."""

    def add(self, identity: str, key: bytes | None) -> None:
        """One more, or the one that was tried again."""
        again = identity in self.keys or not self.keys
        self.keys[identity] = key
        self.pause.why = f"takes no record as large as one of {len(self.keys)} that wait"
        if again:
            self.pause.begin(self.pause.why)


class Waiting:
    """What is left out of what is published, and why."""

    def __init__(self) -> None:
        self._topics: dict[str, Pause] = {}
        self._large: dict[str, Large] = {}
        self._tried: frozenset[str] = frozenset()
        self._probed: dict[str, str] = {}
        """Topic → the row id of the one of its large records that was allowed."""

    def clear(self) -> None:
        """Another replica publishes: what it meets is for it to tell."""
        self._topics.clear()
        self._large.clear()
        self._probed.clear()

    def allowed(self) -> dict[str, Any]:
        """The rows that may be tried now; of large records one a topic, for if it goes the others may."""
        waiting = {topic for topic, pause in self._topics.items() if not pause.over}
        self._tried = frozenset(topic.name for topic in TOPICS if topic.name not in waiting)
        self._probed = {t: next(iter(large.keys)) for t, large in self._large.items() if large.pause.over}
        query: dict[str, Any] = {"published_at": None, "topic": {"$in": sorted(self._tried)}}
        left_out = [each for topic, large in self._large.items() for each in self._left_out(topic, large)]
        return query | ({"$nor": left_out} if left_out else {})

    def _left_out(self, topic: str, large: Large) -> Iterator[Query]:
        ids = [identity for identity in large.keys if identity != self._probed.get(topic)]
        yield {"topic": topic, "_id": {"$in": ids}}
        yield {"topic": topic, "key": {"$in": [large.keys[identity] for identity in ids if large.keys[identity]]}}

    @property
    def why(self) -> dict[str, str]:
        """Topic → why events of it wait, in words."""
        large = {topic: large.pause.why for topic, large in self._large.items()}
        return large | {topic: pause.why for topic, pause in self._topics.items()}

    def learn(self, outcome: Outcome) -> None:
        """What became of the rows that were allowed."""
        too_large = {row["_id"] for row in outcome.too_large}
        for topic in self._tried - outcome.refused.keys():
            self._topics.pop(topic, None)
            if self._probed.get(topic, "") not in too_large | {""}:
                del self._large[topic]  # it went, or is not there any more
        for row in outcome.too_large:
            self._large.setdefault(row["topic"], Large()).add(row["_id"], row["key"])
        crowded = {t: large.pause.why for t, large in self._large.items() if len(large.keys) > MOST_KEYS}
        for topic, why in (crowded | outcome.refused).items():
            if topic in self._tried:
                self._topics.setdefault(topic, Pause()).begin(why)
