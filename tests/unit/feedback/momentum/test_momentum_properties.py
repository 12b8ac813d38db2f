"""Any sequence of outcomes: what is raised and what is counted follow from a plain recount."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from services.feedback.momentum.momentum import Momentum
from shared.language.feedback import PairAtRisk, PairRecovered
from shared.language.sessions import Outcome, Settled
from shared.language.terms import MomentumRules
from shared.store.documents import from_document, to_document
from tests.unit.feedback.examples import after, cancelled, held, missed, released, scheduled

SAYS: dict[str, tuple[Callable[[int], Settled], Outcome]] = {
    "held": (held, Outcome.HELD),
    "cancelled": (cancelled, Outcome.CANCELLED),
    "missed": (missed, Outcome.MISSED),
    "released": (released, Outcome.CANCELLED),
}
LOST = {"cancelled", "missed"}
courses = st.lists(st.sampled_from(sorted(SAYS)), max_size=30)
limits = st.integers(1, 5)


def events_of(course: list[str]) -> list[Settled]:
    return [SAYS[word][0](number) for number, word in enumerate(course, start=1)]


def recounted(course: list[str], limit: int) -> list[type]:
    """What must be raised, told one session at a time."""
    raised: list[type] = []
    run = 0
    for word in course:
        if word in LOST:
            run += 1
            if run == limit:
                raised.append(PairAtRisk)
        elif word == "held":
            if run >= limit:
                raised.append(PairRecovered)
            run = 0
    return raised


@given(courses, limits)
def test_alarms_and_recoveries_are_those_of_a_recount(course: list[str], limit: int) -> None:
    pair = after(*events_of(course), alarm_after=limit)
    expected = recounted(course, limit)
    assert [type(event) for event in pair.raised] == expected
    assert pair.recoveries == expected.count(PairRecovered)
    assert pair.at_risk == (expected[-1:] == [PairAtRisk])


@given(courses, limits)
def test_every_session_is_counted_once(course: list[str], limit: int) -> None:
    planned = [scheduled(number) for number in range(1, len(course) + 3)]
    pair = after(*planned, *events_of(course), alarm_after=limit)
    expected = Counter(SAYS[word][1] for word in course)
    expected[Outcome.SCHEDULED] = 2
    assert pair.by_outcome() == expected


@given(courses, limits, st.data())
def test_neither_the_order_of_arrival_nor_duplicates_change_the_outcome(
    course: list[str], limit: int, data: st.DataObject
) -> None:
    told = events_of(course)
    again = data.draw(st.lists(st.sampled_from(told), max_size=5)) if told else []
    shuffled = data.draw(st.permutations(told + again))
    assert after(*shuffled, alarm_after=limit) == after(*told, alarm_after=limit)


@given(courses, limits, st.data())
def test_alarm_and_recovery_alternate_in_any_order_of_arrival(
    course: list[str], limit: int, data: st.DataObject
) -> None:
    pair = after(*data.draw(st.permutations(events_of(course))), alarm_after=limit)
    kinds = [type(event) for event in pair.raised]
    assert kinds[0::2] == [PairAtRisk] * len(kinds[0::2])
    assert kinds[1::2] == [PairRecovered] * len(kinds[1::2])
    assert pair.at_risk == (kinds[-1:] == [PairAtRisk])


@given(courses, st.integers(0, 30), limits)
def test_it_is_the_same_whether_stored_in_between_or_not(course: list[str], cut: int, limit: int) -> None:
    told, rules = events_of(course), MomentumRules(alarm_after=limit)
    pair = after(*told[:cut], alarm_after=limit)
    stored = from_document(Momentum, to_document(pair))
    for event in told[cut:]:
        stored = stored.settled(event, rules)
    whole = after(*told, alarm_after=limit)
    assert stored == whole
    assert pair.raised + stored.raised == whole.raised
