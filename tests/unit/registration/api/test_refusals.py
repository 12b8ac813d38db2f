"""A refusal is a code and facts, and a sentence that says «you» to the person it is about."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from services.registration.people.erasure import Erasure
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Stage
from shared.domain.aggregate import Aggregate
from shared.language.profile import Profile
from shared.language.registration import Withdrawal
from shared.language.skills import Skill
from shared.language.terms import Role
from tests.support.apps import person
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import ask
from tests.unit.registration.samples import NOW, PROFILE, TERMS, programme

ME = person("e-1")
HERE = Participant.registered("spring", ME, PROFILE)
PERSON = Person(id=ME, name="Somebody", email="somebody@x.example")
GONE = HERE.withdrawn(Withdrawal.OWN_WISH)
BEGUN = programme(starts_on=NOW.date())
DRAFT, OPEN, CLOSED, ENDED = map(programme, (Stage.DRAFT, Stage.OPEN, Stage.CLOSED, Stage.ENDED))
OVER = programme(Stage.DRAFT, starts_on=date(2026, 1, 1), ends_on=NOW.date())
BRITISH = PROFILE.model_copy(update={"country": "GB"})
ITALIAN = PROFILE.model_copy(update={"country": "IT"})
ELSEWHERE = PROFILE.model_copy(update={"offers": (*PROFILE.offers, Skill(topic="basket-weaving", level=5))})
MENTEE = PROFILE.model_copy(update={"role": Role.MENTEE})

APPLY = "POST /programmes/spring/participants"
CHANGE = "PUT /programmes/spring/terms"
TRAIN = "POST /programmes/spring/trained"
BOTH = ["FR", "GB"]


def said(profile: Profile = PROFILE, **more: Any) -> dict[str, Any]:
    return {"name": "Somebody", "email": "somebody@x.example", "profile": profile.model_dump(mode="json"), **more}


def terms(**changes: Any) -> dict[str, Any]:
    return {**TERMS.model_dump(mode="json"), **changes}


@dataclass(frozen=True)
class No:
    """Who asks for what, of what is kept; and the answer."""

    code: str
    kept: tuple[Aggregate, ...]
    who: str
    what: str
    body: Any = None
    status: int = 409
    facts: dict[str, Any] = field(default_factory=dict)


NOES = [
    No("application-of-nobody", (OPEN,), "manager", APPLY, said()),
    No("applications-after-the-end", (ENDED,), "somebody", APPLY, said()),
    No("applications-of-a-draft", (DRAFT,), "somebody", APPLY, said()),
    No("countries-taken-away", (OPEN,), "manager", CHANGE, terms(countries=["IT"]), facts={"countries": BOTH}),
    No("data-were-erased", (OPEN, Erasure.of(ME, NOW)), "somebody", APPLY, said()),
    No("does-not-open-again", (ENDED,), "manager", "POST /programmes/spring/open", facts={"state": "ended"}),
    No("last-day-has-passed", (OVER,), "manager", "POST /programmes/spring/open", facts={"ends_on": "2026-03-02"}),
    No("needs-a-manager-of-one-of", (OPEN,), "italian", "GET " + APPLY[5:], None, 403, {"countries": BOTH}),
    No(
        "new-last-day-has-passed",
        (OPEN,),
        "manager",
        CHANGE,
        terms(starts_on="2026-01-01", ends_on="2026-02-01"),
        facts={"ends_on": "2026-02-01"},
    ),
    No(
        "no-such",
        (DRAFT,),
        "somebody",
        "GET /programmes/spring",
        status=404,
        facts={"kind": "programme", "id": "spring"},
    ),
    No("nobody-to-erase", (OPEN,), "manager", "POST /people/erase", {"person_id": "nobody"}, 404),
    No(
        "programme-exists-already",
        (OPEN,),
        "manager",
        "POST /programmes",
        {"id": "spring", "terms": terms(title="Another")},
        facts={"id": "spring"},
    ),
    No(
        "programme-has-begun",
        (BEGUN,),
        "manager",
        CHANGE,
        terms(starts_on="2026-05-01"),
        facts={"starts_on": "2026-03-02"},
    ),
    No("programme-has-ended", (ENDED,), "manager", TRAIN, {"participant_ids": ["x"]}),
    No("programme-is-a-draft", (DRAFT,), "manager", TRAIN, {"participant_ids": ["x"]}),
    No("programme-never-opened", (DRAFT,), "manager", "POST /programmes/spring/close"),
    No(
        "topics-not-of-the-programme",
        (OPEN,),
        "somebody",
        APPLY,
        said(ELSEWHERE),
        facts={"topics": ["basket-weaving"]},
    ),
    No(
        "programme-not-there",
        (OPEN,),
        "somebody",
        APPLY,
        said(ITALIAN),
        facts={"country": "IT", "countries": BOTH},
    ),
    No("registered-elsewhere", (OPEN, HERE, PERSON), "british", APPLY, said(BRITISH, employee_id="e-1")),
    No("registration-is-closed", (CLOSED,), "somebody", APPLY, said()),
    No(
        "registration-not-open",
        (DRAFT,),
        "manager",
        "POST /programmes/spring/close-registration",
        facts={"state": "draft"},
    ),
    No("trained-already", (OPEN, HERE.trained(), PERSON), "somebody", APPLY, said(MENTEE), facts={"role": "mentor"}),
    No("withdrawn-before-training", (OPEN, GONE, PERSON), "manager", f"POST /participants/{GONE.id}/trained"),
    No("withdrawn-for-good", (OPEN, GONE, PERSON), "somebody", APPLY, said()),
]


@pytest.mark.parametrize("no", NOES, ids=lambda no: no.code)
def test_a_refusal_has_a_code_and_its_facts(no: No) -> None:
    store = MemoryStore(*no.kept)
    problem = ask(store, no.who, no.what, json=no.body)
    assert (problem["status"], problem["code"], problem["facts"]) == (no.status, no.code, no.facts)
    assert "%(" not in problem["detail"]
    assert store.said == []


@pytest.mark.parametrize(
    ("kept", "profile", "you", "others"),
    [
        ((DRAFT,), PROFILE, "you can apply once it has opened", "open it before anybody applies"),
        ((OPEN, Erasure.of(ME, NOW)), PROFILE, "Your data were erased", "This person's data were erased"),
        ((OPEN, HERE.trained(), PERSON), MENTEE, "You were trained as mentor", "This person was trained as mentor"),
        ((OPEN, GONE, PERSON), PROFILE, "You have withdrawn", "This person has withdrawn"),
    ],
)
def test_whoever_applies_is_told_what_is_theirs(
    kept: tuple[Aggregate, ...], profile: Profile, you: str, others: str
) -> None:
    body = said(profile, employee_id="e-1")
    for who, sentence in (("managing oneself", you), ("manager", others)):
        assert sentence in ask(MemoryStore(*kept), who, APPLY, json=body)["detail"]


def test_no_training_is_recorded_of_oneself_once_one_has_withdrawn() -> None:
    path = f"POST /participants/{GONE.id}/trained"
    for who, sentence in (("managing oneself", "You have"), ("manager", "This person has")):
        assert ask(MemoryStore(OPEN, GONE, PERSON), who, path)["detail"].startswith(sentence)
