"""Who may erase whom, and whom nobody tells that somebody takes part or was erased."""

from typing import Any

import pytest

from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.language.registration import ParticipantErased
from shared.web.access import Caller
from tests.support.apps import person
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import CALLERS, MANAGER, PARTICIPANT, ask
from tests.unit.registration.samples import NOW, PROFILE, programme

ME = person("e-1")
HERE = Participant.registered("spring", ME, PROFILE)
"""In France."""
TAKES_PART = (programme(), HERE, Person(id=ME, name="Somebody", email="somebody@x.example"))
COUNTRIES = {
    "of no country": Caller(person("e-n"), MANAGER, frozenset()),
    "french": Caller(person("e-f"), MANAGER, frozenset({"FR"})),
    "says so": Caller(person("e-p"), PARTICIPANT, frozenset({"*"})),
    "operator": Caller(person("e-o"), frozenset({"operator"}), frozenset()),
    "officer": Caller(person("e-d"), frozenset({"data-protection"}), frozenset()),
}


@pytest.fixture(autouse=True)
def callers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, caller in COUNTRIES.items():
        monkeypatch.setitem(CALLERS, name.replace(" ", "-"), caller)


def erase(store: MemoryStore, who: str) -> Any:
    return ask(store, who, "POST /people/erase", json={"employee_id": "e-1"})


def erasure(store: MemoryStore, who: str) -> Any:
    return ask(store, who, f"GET /erasures/{erasure_id(ME)}")


@pytest.mark.parametrize("who", ["of-no-country", "british"])
def test_managers_of_others_hear_the_same_of_somebody_of_nobody_and_of_whoever_was_erased(who: str) -> None:
    erased = MemoryStore(*TAKES_PART)
    assert erase(erased, "french")["state"] == "waiting"
    for asked in (erase, erasure):
        answers = [asked(store, who) for store in (MemoryStore(*TAKES_PART), MemoryStore(programme()), erased)]
        assert answers[0]["code"] == "needs-their-manager"
        assert (answers[0]["status"], answers[0]["facts"]) == (403, {})
        assert answers == [answers[0]] * 3


def test_a_manager_of_theirs_follows_the_erasure_to_its_end() -> None:
    store = MemoryStore(*TAKES_PART)
    asked = erase(store, "french")
    assert asked == erase(store, "french") == erasure(store, "french") == erasure(store, "operator")
    assert "FR" not in str(asked)


def test_a_data_protection_officer_erases_anybody_and_follows_it() -> None:
    store = MemoryStore(*TAKES_PART)
    assert erase(store, "officer") == erasure(store, "officer") == ask(store, "officer", "GET /erasures")[0]


@pytest.mark.parametrize(
    "what",
    ["GET /programmes", "GET /programmes/spring/participants", "POST /programmes", "POST /programmes/spring/open"],
)
def test_and_sees_and_does_nothing_else(what: str) -> None:
    assert ask(MemoryStore(*TAKES_PART), "officer", what)["code"] == "needs-a-role"


def test_where_it_is_not_known_where_they_took_part_it_is_for_operators() -> None:
    """As erasures of an earlier version are, and those learnt again after a backup."""
    store = MemoryStore(programme(), Erasure.of(ME, NOW))
    for who in ("operator", "manager"):
        assert erasure(store, who)["state"] == "complete"
    assert erasure(store, "french")["code"] == "needs-their-manager"


def test_countries_in_a_participants_token_are_nothing() -> None:
    store = MemoryStore(*TAKES_PART)
    assert ask(store, "says-so", f"GET /participants/{HERE.id}")["code"] == "of-somebody-else"
    assert erase(store, "says-so")["code"] == "needs-their-manager"


def test_everybody_may_have_themselves_erased_and_follow_it() -> None:
    store = MemoryStore(*TAKES_PART)
    asked = erase(store, "somebody")
    assert asked["state"] == "waiting"
    assert asked == erase(store, "somebody") == erasure(store, "somebody")
    assert [event.participant_id for event in store.said if isinstance(event, ParticipantErased)] == [HERE.id]
    assert erasure(store, "says-so")["code"] == "needs-their-manager"


def test_whether_somebody_takes_part_elsewhere_cannot_be_tried_out() -> None:
    """A participant's id follows from the programme's and the person's."""
    there, not_there = MemoryStore(*TAKES_PART), MemoryStore(programme())
    for who in ("british", "of-no-country", "says-so"):
        for what in (f"GET /participants/{HERE.id}", f"POST /participants/{HERE.id}/withdraw"):
            answers = [ask(store, who, what, json={"because": "own-wish"}) for store in (there, not_there)]
            assert answers[0]["status"] == 403
            assert answers[0] == answers[1]
    assert ask(not_there, "manager", f"GET /participants/{HERE.id}")["status"] == 404
