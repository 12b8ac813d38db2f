"""An erasure is complete when every service has confirmed every participation, in whatever order and however often."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registration.people.erasure import CONFIRMING, Erasure, ErasureState, erasure_id
from services.registration.people.person import Person
from shared.domain.people import person_id

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARTICIPANTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)


@st.composite
def heard(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    """Participants, and confirmations in any order, some twice, some of strangers, perhaps not all."""
    participants = draw(PARTICIPANTS)
    wanted = [(each, service) for each in participants for service in CONFIRMING]
    more = st.lists(st.sampled_from([*wanted, ("stranger", "matching")]), max_size=5)
    come = draw(st.lists(st.sampled_from(wanted), unique=True)) if draw(st.booleans()) else wanted
    return participants, draw(st.permutations([*come, *draw(more)]))


@given(heard())
def test_it_is_complete_exactly_when_all_have_confirmed_all(told: tuple[list[str], list[tuple[str, str]]]) -> None:
    participants, confirmations = told
    erasure = Erasure.of("person", NOW).asking(participants)
    missing = {(each, service) for each in participants for service in CONFIRMING}
    for minutes, (participant, service) in enumerate(confirmations, start=1):
        erasure = erasure.confirming(participant, service, NOW + timedelta(minutes=minutes))
        last = missing == {(participant, service)}
        missing -= {(participant, service)}
        assert (erasure.state is ErasureState.COMPLETE) is (not missing)
        assert set(erasure.waiting_for) == {service for _, service in missing}
        assert {each.service for each in erasure.receipt} == set(CONFIRMING) - set(erasure.waiting_for)
        assert len(erasure.receipt) == len({each.service for each in erasure.receipt})
        if last:
            assert erasure.completed_at == NOW + timedelta(minutes=minutes)
    assert (erasure.completed_at is None) is bool(missing)


@given(st.data())
def test_the_receipt_is_the_same_in_whatever_order_it_is_heard(data: st.DataObject) -> None:
    words = [(each, service) for each in "ab" for service in CONFIRMING]
    minutes = data.draw(st.lists(st.integers(0, 9), min_size=len(words), max_size=len(words)))
    at = {word: NOW + timedelta(minutes=each) for word, each in zip(words, minutes, strict=True)}
    erasure = Erasure.of("person", NOW).asking("ab")
    for word in data.draw(st.permutations(words)):
        erasure = erasure.confirming(*word, at[word])
    last = [(max(at["a", service], at["b", service]), service) for service in CONFIRMING]
    assert [(each.at, each.service) for each in erasure.receipt] == sorted(last)
    assert erasure.completed_at == max(at.values())


@given(heard())
def test_once_complete_it_names_no_participant(told: tuple[list[str], list[tuple[str, str]]]) -> None:
    participants, confirmations = told
    erasure = Erasure.of("person", NOW).asking(participants)
    for participant, service in confirmations:
        erasure = erasure.confirming(participant, service, NOW)
    if erasure.state is ErasureState.COMPLETE:
        assert erasure.awaited == ()
    assert erasure.participations == len(participants)


def test_whoever_takes_part_in_nothing_is_erased_at_once() -> None:
    erasure = Erasure.of("person", NOW).asking([])
    assert (erasure.state, erasure.completed_at, erasure.waiting_for) == (ErasureState.COMPLETE, NOW, ())


def test_what_comes_back_with_a_backup_opens_it_again() -> None:
    erasure = Erasure.of("person", NOW).asking(["a"])
    for service in CONFIRMING:
        erasure = erasure.confirming("a", service, NOW)
    again = erasure.asking(["b"])
    assert (again.state, again.completed_at, again.waiting_for) == (ErasureState.WAITING, None, CONFIRMING)
    assert again.participations == 2


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_id_is_the_same_for_the_same_person_and_tells_nothing(one: str, other: str) -> None:
    person, another = (person_id(each, "a key nobody knows") for each in (one, other))
    assert erasure_id(person) == erasure_id(person)
    assert (erasure_id(person) == erasure_id(another)) is (person == another)
    assert person.removeprefix("person-") not in erasure_id(person)


def test_a_person_never_shows_in_an_erasure() -> None:
    person = Person(id="person-a", name="A Name", email="a@x.example", employee_id="4711")
    assert not [word for word in ("person-a", "A Name", "4711") if word in repr(Erasure.of(person.id, NOW))]
