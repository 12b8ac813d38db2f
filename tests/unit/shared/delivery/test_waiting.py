"""What is left out of what is published: topics with their own pauses, and keys behind a record that is too large."""

from typing import Any

import pytest

from shared.delivery.relaying import waiting as module
from shared.delivery.relaying.waiting import LONGEST, MOST_KEYS, Waiting
from shared.kafka.outcome import Outcome

PAIRS, SESSIONS = "telemachus.pairs", "telemachus.sessions"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def refused(*topics: str) -> Outcome:
    return Outcome(refused=dict.fromkeys(topics, "is not there"))


def large(identity: str, key: bytes | None) -> dict[str, Any]:
    return {"_id": identity, "topic": PAIRS, "key": key}


def tried(waiting: Waiting) -> list[str]:
    topics: list[str] = waiting.allowed()["topic"]["$in"]
    return topics


def left_out(waiting: Waiting) -> tuple[list[str], list[bytes]]:
    """Row ids and keys."""
    ids, keys = waiting.allowed().get("$nor", [{"_id": {"$in": []}}, {"key": {"$in": []}}])
    return ids["_id"]["$in"], keys["key"]["$in"]


def test_a_topic_is_left_alone_for_longer_each_time_and_others_are_not(clock: Clock) -> None:
    waiting, pauses = Waiting(), []
    for _ in range(12):
        assert PAIRS in tried(waiting)
        waiting.learn(refused(PAIRS))
        began = clock.now
        while PAIRS not in tried(waiting):
            assert SESSIONS in tried(waiting)
            clock.now += 0.25
        pauses.append(clock.now - began)
    assert pauses == [0.5, 1, 2, 4, 8, 16, *[LONGEST] * 6]
    assert waiting.why == {PAIRS: "is not there"}


def test_a_topic_that_is_mended_begins_anew(clock: Clock) -> None:
    waiting = Waiting()
    for _ in range(5):
        waiting.allowed()
        waiting.learn(refused(PAIRS))
        clock.now += LONGEST
    waiting.allowed()
    waiting.learn(Outcome())
    assert waiting.why == {}
    waiting.allowed()
    waiting.learn(refused(PAIRS))
    clock.now += 0.5
    assert PAIRS in tried(waiting)


def test_what_others_did_meanwhile_says_nothing_of_a_topic_that_was_not_tried(clock: Clock) -> None:
    waiting = Waiting()
    waiting.allowed()
    waiting.learn(refused(PAIRS))
    clock.now += 0.1
    waiting.allowed()
    waiting.learn(Outcome())
    assert waiting.why == {PAIRS: "is not there"}


def test_keys_of_large_records_wait_and_one_of_them_is_tried(clock: Clock) -> None:
    waiting = Waiting()
    waiting.allowed()
    waiting.learn(Outcome(too_large=[large("1", b"a"), large("2", None), large("3", b"b")]))
    assert left_out(waiting) == (["1", "2", "3"], [b"a", b"b"])
    assert PAIRS in tried(waiting)

    clock.now += LONGEST
    assert left_out(waiting) == (["2", "3"], [b"b"])
    waiting.learn(Outcome(too_large=[large("1", b"a")]))
    assert left_out(waiting) == (["1", "2", "3"], [b"a", b"b"])

    clock.now += LONGEST
    assert left_out(waiting) == (["2", "3"], [b"b"])
    waiting.learn(Outcome())
    assert (left_out(waiting), waiting.why) == (([], []), {})


def test_with_too_many_large_records_the_topic_waits(clock: Clock) -> None:
    waiting = Waiting()
    waiting.allowed()
    waiting.learn(Outcome(too_large=[large(str(n), str(n).encode()) for n in range(MOST_KEYS + 1)]))
    assert PAIRS not in tried(waiting)
    clock.now += LONGEST
    assert PAIRS in tried(waiting)
