import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.app import service
from services.registration.people.participant import Participant, Standing, participant_id
from services.registration.people.person import Person
from shared.domain.errors import Refused
from shared.language.registration import (
    ParticipantChanged,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    Withdrawal,
)
from shared.language.terms import Role
from shared.store.documents import from_document, to_document
from tests.support.sentences import refusing
from tests.unit.registration.samples import PROFILE

OTHER = PROFILE.model_copy(update={"grade": 9})
STEPS = {
    "same": lambda known: known.described(PROFILE),
    "other": lambda known: known.described(OTHER),
    "train": lambda known: known.trained(),
    "withdraw": lambda known: known.withdrawn(Withdrawal.OWN_WISH),
}


def _registered() -> Participant:
    return Participant.registered("spring", "person-1", PROFILE)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=15))
def test_whatever_happens_the_events_tell_the_state(steps: list[str]) -> None:
    known = _registered()
    for step in steps:
        if known.state is Standing.WITHDRAWN and step != "withdraw":
            with pytest.raises(Refused):
                STEPS[step](known)
        else:
            known = STEPS[step](known)
    assert known == _told(known)


def _told(known: Participant) -> Participant:
    """The participant as somebody who only hears the events knows it; every change must really be one."""
    first, *others = known.raised
    assert isinstance(first, ParticipantRegistered)
    told = Participant(id=first.subject, programme_id="spring", person_id=first.person_id, profile=first.profile)
    for event in others:
        before = told
        match event:
            case ParticipantChanged():
                told = told.described(event.profile)
            case ParticipantTrained():
                told = told.trained()
            case ParticipantWithdrawn():
                told = told.withdrawn(event.because)
            case _:
                raise AssertionError(event)
        assert told != before
    return told


def test_registering_tells_who_and_what() -> None:
    identity = participant_id("spring", "person-1")
    assert _registered().raised == (
        ParticipantRegistered(programme_id="spring", participant_id=identity, person_id="person-1", profile=PROFILE),
    )


def test_the_same_profile_changes_nothing() -> None:
    known = _registered()
    assert known.described(PROFILE.model_copy()) is known


def test_the_role_is_free_until_trained() -> None:
    mentee = PROFILE.model_copy(update={"role": Role.MENTEE})
    assert _registered().described(mentee).profile.role is Role.MENTEE
    with refusing(service.spoken, "trained as mentor"):
        _registered().trained().described(mentee)


def test_the_first_reason_for_leaving_stands() -> None:
    left = _registered().withdrawn(Withdrawal.LEFT_COMPANY)
    assert left.withdrawn(Withdrawal.MANAGER) is left
    assert left.raised[-1] == ParticipantWithdrawn(
        programme_id="spring", participant_id=left.id, because=Withdrawal.LEFT_COMPANY
    )


@given(st.text(), st.text(), st.text(), st.text())
def test_one_person_in_one_programme_has_one_id(a: str, b: str, c: str, d: str) -> None:
    clean = [text.replace("\0", "") for text in (a, b, c, d)]
    one, other = participant_id(*clean[:2]), participant_id(*clean[2:])
    assert (one == other) == (clean[:2] == clean[2:])


def test_a_name_that_was_taken_in_before_is_mended_and_a_number_stays() -> None:
    """It is shown on pages; the number as it was written gave the id."""
    stored = {"_id": "p", "name": "A\u202e B", "email": "a\u202e@x.example", "employee_id": "\u200b1"}
    person = from_document(Person, stored)
    assert (person.name, person.email, person.employee_id) == ("A\ufffd B", "a\ufffd@x.example", "\u200b1")


def test_a_person_is_not_named_where_it_is_printed() -> None:
    person = Person(id="p", name="Somebody", email="somebody@x.example", employee_id="4711")
    assert not [secret for secret in ("Somebody", "@", "4711") if secret in repr(person)]


def test_who_said_it_is_hr_only_where_that_is_said() -> None:
    """Whether country, unit and grade are as HR has said them; once they are, somebody's own word changes nothing."""
    other = PROFILE.model_copy(update={"grade": PROFILE.grade + 1})
    own = Participant.registered("spring", "person-1", PROFILE)
    assert (own.of_hr, own.described(other).of_hr, own.described(PROFILE).of_hr) == (False, False, False)
    assert (own.described(other, of_hr=True).of_hr, own.described(PROFILE, of_hr=True).of_hr) == (True, True)
    of_hr = Participant.registered("spring", "person-1", PROFILE, of_hr=True)
    assert (of_hr.of_hr, of_hr.described(other).of_hr) == (True, True)


def test_a_participant_of_before_there_was_hr_is_not_of_it() -> None:
    stored = to_document(Participant.registered("spring", "person-1", PROFILE))
    del stored["of_hr"]
    assert not from_document(Participant, stored).of_hr
