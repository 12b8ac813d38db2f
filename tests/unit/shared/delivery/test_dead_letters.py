"""A dead letter is the record itself, byte for byte, with why and where from."""

from dataclasses import replace

import pytest

from shared.delivery.dead_letters import ROOM, _size, dead_letter
from shared.language.envelope import Origin, Record, open_envelope
from shared.language.topics import LARGEST_RECORD, TOPICS
from shared.store.rows import Row
from tests.unit.shared.samples import NOW, examples, record, row

HERE = Origin("feedback", "eu-west")
GOOD = record(row(examples()[0]))


def buried(what: Record) -> Row:
    return dead_letter(what, None, "because", HERE, NOW)


@pytest.mark.parametrize(
    "what",
    [
        GOOD,
        replace(GOOD, value=None, key=None, headers=[]),
        replace(GOOD, value=b"\x00\xff" * 1000, key=b"\xff", headers=[("ce_id", b"\xff"), ("ce_id", None), ("", b"")]),
    ],
)
def test_nothing_of_the_record_is_changed(what: Record) -> None:
    letter = buried(what)
    added = dict(letter.headers[len(what.headers) :])

    assert (letter.key, letter.value) == (what.key, what.value)
    assert list(letter.headers[: len(what.headers)]) == list(what.headers)
    assert letter.topic == f"{what.topic}.dead-letters"
    assert {name: value.decode() for name, value in added.items() if name != "dead-letter-at" and value} == {
        "dead-letter-reason": "because",
        "dead-letter-service": "feedback",
        "dead-letter-topic": what.topic,
        "dead-letter-partition": "0",
        "dead-letter-offset": "7",
        "dead-letter-timestamp": str(what.timestamp),
    }


def test_the_same_record_gives_the_same_letter_and_another_one_another() -> None:
    again = dead_letter(GOOD, open_envelope(GOOD), "another reason", HERE, NOW)
    assert buried(GOOD).id == again.id
    others = [replace(GOOD, offset=8), replace(GOOD, partition=1), replace(GOOD, timestamp=2), replace(GOOD, value=b"")]
    assert len({buried(each).id for each in (GOOD, *others)}) == 5


def test_two_services_bury_the_same_record_separately() -> None:
    assert buried(GOOD).id != dead_letter(GOOD, None, "because", Origin("matching", "eu-west"), NOW).id


@pytest.mark.parametrize(
    "what",
    [
        replace(GOOD, value=b"x" * LARGEST_RECORD),
        replace(GOOD, value=b"x" * 20_000_000),
        replace(GOOD, headers=[("x", b"y" * LARGEST_RECORD)]),
    ],
)
def test_what_is_too_large_to_be_kept_twice_is_pointed_at(what: Record) -> None:
    letter = buried(what)

    assert letter.value is None
    told = dict(letter.headers)
    assert told["dead-letter-offset"] == b"7"
    assert b"too large" in (told["dead-letter-left-out"] or b"")


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_what_just_fits_is_kept(beyond: int) -> None:
    room = LARGEST_RECORD - ROOM - _size(replace(GOOD, value=b""))
    letter = buried(replace(GOOD, value=b"x" * (room + beyond)))
    assert (letter.value is None) is (beyond > 0)


def test_a_letter_is_never_too_large_for_its_topic() -> None:
    largest = {topic.name: int(topic.config["max.message.bytes"]) for topic in TOPICS}
    for size in range(LARGEST_RECORD - 200_000, LARGEST_RECORD, 9_999):
        letter = buried(replace(GOOD, value=b"x" * size))
        written = len(letter.value or b"") + sum(len(n) + len(v or b"") for n, v in letter.headers)
        assert written + 2_000 < largest[letter.topic]
