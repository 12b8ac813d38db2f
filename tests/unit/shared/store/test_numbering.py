"""Numbers of events go on after a recovery: none is given twice, none is said twice."""

from datetime import UTC, datetime

import pytest

from shared.language.everybody import ReplayRequested
from shared.language.streams import Stream
from shared.store.numbering import Numbering

EVENT = ReplayRequested(request_id="r1", wanted=Stream.PAIRS, since=datetime(2026, 1, 1, tzinfo=UTC))
WHERE = (Stream.REPLAY_REQUESTS.value, "r1")


@pytest.fixture
def numbering() -> Numbering:
    """Five events of the subject were published before the database was restored."""
    numbering = Numbering()
    numbering.said = {WHERE: 5}
    return numbering


def test_normally_an_aggregate_counts_by_itself() -> None:
    assert Numbering().after(2, [EVENT]) == 2
    assert Numbering().is_news(EVENT, 1)


@pytest.mark.parametrize(("said", "after"), [(0, 5), (5, 5), (7, 7)])
def test_no_number_is_given_twice(numbering: Numbering, said: int, after: int) -> None:
    assert numbering.after(said, [EVENT]) == after


def test_what_raises_nothing_keeps_its_count(numbering: Numbering) -> None:
    assert numbering.after(2, []) == 2


@pytest.mark.parametrize(("version", "news"), [(1, False), (5, False), (6, True)])
def test_what_is_decided_again_is_not_said_again(numbering: Numbering, version: int, news: bool) -> None:
    numbering.again = True
    assert numbering.after(version - 1, [EVENT]) == version - 1
    assert numbering.is_news(EVENT, version) is news
