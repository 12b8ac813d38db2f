"""How many records go into one batch of a topic that has refused a larger one: never more than there is room for."""

from typing import Any, cast

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from shared.kafka.publisher import Publisher
from shared.language.streams import Stream
from shared.store.rows import Row

TOPIC = Stream.PAIRS.value


class Producer:
    """Makes batches as aiokafka's does, of so many bytes at most."""

    def __init__(self, most: int) -> None:
        self.most = most

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(self.most, 0)


async def _nobody() -> Any:
    raise AssertionError("nothing is sent here")


def filled(rows: list[Row], room: int | None, most: int = 1 << 20) -> tuple[BatchBuilder, int]:
    publisher = Publisher(_nobody)
    if room is not None:
        publisher._room[TOPIC] = room
    return publisher._fill(Producer(most), rows)  # type: ignore[arg-type]


def row(size: int, **headers: bytes) -> Row:
    told = {"topic": TOPIC, "key": b"key", "value": b"x" * size, "headers": list(headers.items())}
    return cast("Row", told)


ROWS = st.lists(st.builds(row, st.integers(0, 400), ce_id=st.binary(max_size=40), ce_type=st.binary(max_size=90)))


@given(ROWS.filter(bool), st.integers(100, 5000))
def test_a_batch_of_several_is_never_larger_than_the_room_there_is(rows: list[Row], room: int) -> None:
    batch, taken = filled(rows, room)
    assert 1 <= taken <= len(rows)
    assert taken == 1 or batch.size() <= room


@pytest.mark.parametrize(("room", "taken"), [(300, 1), (2000, 3), (100_000, 20)])
def test_a_batch_is_not_left_half_empty_either(room: int, taken: int) -> None:
    """A record is 500 bytes, and some thirty around them."""
    assert filled([row(500, ce_id=b"1")] * 20, room)[1] == taken


def test_what_no_longer_fits_into_a_batch_is_left_for_the_next() -> None:
    assert filled([row(500, ce_id=b"1")] * 20, room=None, most=2000)[1] == 3
