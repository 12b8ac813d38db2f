"""What registration shows: who takes part, programmes, and erasures with their receipts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.registration.people.erasure import CONFIRMING, Awaited, Confirmed, Erasure, ErasureState
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Programme, Stage
from shared.language.everybody import ErasureConfirmed
from shared.language.profile import Profile
from shared.language.registration import ParticipantErased
from shared.privacy.erasing import confirmation_id
from tests.integration.shown.conftest import FIRST, Asking, At, Telling, keep
from tests.support.apps import person
from tests.support.seeds import MENTEE, MENTOR, TERMS, profile

pytestmark = pytest.mark.emptied

PROGRAMME, OTHER = "programme-2", "programme-3"


@pytest.fixture
def app(apps: dict[str, FastAPI]) -> FastAPI:
    return apps["registration"]


def part(identity: str, employee: str, country: str, role: str = "mentor", **more: Any) -> Participant:
    described = Profile.model_validate(profile(role, country) | more.pop("profile", {}))
    names = {"id": identity, "programme_id": PROGRAMME, "person_id": person(f"e-{employee}")}
    return Participant(**{**names, "profile": described, **more})


ANN = part("p-1", MENTOR, "FR", state=Standing.TRAINED, of_hr=True, profile={"managers": ["boss"], "city": "Lyon"})
BOB = part("p-2", MENTEE, "GB", "mentee")
CYD = part("p-3", "cyd", "FR", "mentee", state=Standing.WITHDRAWN, of_hr=True)
OLD = part("p-4", "old", "GB")
NOBODY = part("p-5", "nobody", "FR")
ELSEWHERE = part("p-0", MENTOR, "FR", programme_id=OTHER)
PEOPLE = (ANN, BOB, CYD, OLD, NOBODY, ELSEWHERE)
HR = HrsWord.of(CYD.profile)
FROM_HR = {"p-1": ["country", "unit", "grade", "managers"], "p-3": ["name", "email", "country", "unit", "grade"]}


def shown(which: Participant) -> dict[str, Any]:
    named = {ANN.id: MENTOR, BOB.id: MENTEE}.get(which.id, which.id)
    return {
        "participant_id": which.id,
        "programme_id": which.programme_id,
        "person_id": which.person_id,
        "state": which.state.value,
        "name": named,
        "email": f"{named}@company.example",
        "profile": which.profile.model_dump(mode="json"),
        "from_hr": FROM_HR.get(which.id, []),
    }


@pytest.fixture
async def people(app: FastAPI) -> None:
    """Of the first two the seeds know the person; of the last but one nobody does; one is as versions before wrote."""
    persons = [Person(id=each.person_id, name=each.id, email=f"{each.id}@company.example") for each in (CYD, OLD)]
    await keep(app, Programme(id=PROGRAMME, terms=TERMS, state=Stage.OPEN), *PEOPLE)
    await keep(app, replace(persons[0], hr=HR), persons[1])
    old = {"$set": {"profile.country": "UK"}}
    await app.state.store.collection(Participant).update_one({"_id": OLD.id}, old)


async def test_who_takes_part_is_listed_by_id_for_those_who_manage_their_country(people: None, ask: Asking) -> None:
    async def listed(who: str) -> Any:
        return await ask("registration", f"/programmes/{PROGRAMME}/participants", who)

    for who in ("manager", "everybody's manager"):
        assert await listed(who) == [shown(each) for each in (ANN, BOB, CYD, OLD)]
    assert await listed("french manager") == [shown(each) for each in (ANN, CYD)]
    assert await listed("british manager") == [shown(each) for each in (BOB, OLD)]


async def test_one_participant_is_shown_to_themselves_and_to_whom_manages_them(people: None, ask: Asking) -> None:
    for which, whos in ((ANN, ("mentor", "french manager")), (BOB, ("mentee", "manager")), (OLD, ("british manager",))):
        for who in whos:
            assert await ask("registration", f"/participants/{which.id}", who) == shown(which)


async def test_what_is_answered_is_what_is_shown_from_then_on(people: None, ask: Asking) -> None:
    async def told(which: Participant, what: str, who: str, body: Any = None) -> None:
        path = f"/participants/{which.id}"
        assert await ask("registration", f"{path}/{what}", who, "POST", body) == shown(which)
        assert await ask("registration", path, who) == shown(which)

    await told(replace(BOB, state=Standing.TRAINED), "trained", "manager")
    await told(replace(BOB, state=Standing.WITHDRAWN), "withdraw", "mentee", {"because": "own-wish"})
    ids = [ANN.id, OLD.id, CYD.id, ELSEWHERE.id, OLD.id]
    group = {"participant_ids": ids}
    told_of = await ask("registration", f"/programmes/{PROGRAMME}/trained", method="POST", body=group)
    refused = [(each["participant_id"], each["code"]) for each in told_of["refused"]]
    assert refused == [(CYD.id, "withdrawn-before-training"), (ELSEWHERE.id, "nobody-of-this-id")]
    assert (told_of["trained"], told_of["unchanged"]) == (1, 1)


def programme(identity: str, starts_on: date, state: Stage, *countries: str) -> Programme:
    terms = TERMS.model_copy(update={"starts_on": starts_on, "countries": countries, "title": identity})
    return Programme(id=identity, terms=terms, state=state)


LATER = TERMS.starts_on + timedelta(days=1)
DRAFT = programme("draft", LATER, Stage.DRAFT, "FR", "GB")
ITALIAN = programme("draft-it", LATER + timedelta(days=1), Stage.DRAFT, "IT")
OPEN = programme("b-open", LATER, Stage.OPEN, "IT")
CLOSED = programme("a-closed", LATER, Stage.CLOSED, "FR")
ENDED = programme("ended", FIRST.date(), Stage.ENDED, "GB")
SEEDED = Programme(id="programme-1", terms=TERMS, state=Stage.OPEN)
SEEN = {
    "mentor": [OPEN, CLOSED, SEEDED, ENDED],
    "french manager": [DRAFT, OPEN, CLOSED, SEEDED, ENDED],
    "italian manager": [ITALIAN, OPEN, CLOSED, SEEDED, ENDED],
    "everybody's manager": [ITALIAN, DRAFT, OPEN, CLOSED, SEEDED, ENDED],
}


@pytest.mark.parametrize("who", SEEN)
async def test_programmes_come_the_latest_first_and_drafts_are_for_their_managers(
    app: FastAPI, ask: Asking, who: str
) -> None:
    await keep(app, OPEN, DRAFT, ENDED, ITALIAN, CLOSED)
    views = [{"id": each.id, "state": each.state, "terms": each.terms.model_dump(mode="json")} for each in SEEN[who]]
    assert await ask("registration", "/programmes", who) == views
    for each in views:
        assert await ask("registration", f"/programmes/{each['id']}", who) == each


def erasure(identity: str, days: int, **more: Any) -> Erasure:
    named = {"id": identity, "requested_at": FIRST + timedelta(days=days), "countries": ("FR",), "participations": 2}
    return Erasure(**{**named, **more})


WAITS = erasure(
    "erasure-b",
    1,
    state=ErasureState.WAITING,
    awaited=(Awaited(participant_id="x", service="sessions"), Awaited(participant_id="x", service="matching")),
    confirmed=(
        Confirmed(service="matching", at=FIRST + timedelta(days=1)),
        Confirmed(service="feedback", at=FIRST + timedelta(days=2)),
    ),
)
DONE = erasure("erasure-c", 0, completed_at=FIRST + timedelta(days=4))
SAME_DAY = erasure("erasure-a", 1, countries=("FR", "IT"), completed_at=FIRST + timedelta(days=1))


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_erasures_come_the_oldest_first_with_who_has_confirmed(app: FastAPI, ask: Asking) -> None:
    await keep(app, WAITS, DONE, SAME_DAY)
    listed = await ask("registration", "/erasures", "operator")
    assert [each["erasure_id"] for each in listed] == ["erasure-c", "erasure-a", "erasure-b"]
    waits = {
        "erasure_id": "erasure-b",
        "state": "waiting",
        "waiting_for": ["matching", "sessions"],
        "requested_at": day(1),
        "completed_at": None,
        "participations": 2,
        "receipt": [{"service": "feedback", "at": day(2)}],
    }
    assert listed[2] == waits
    assert (listed[0]["state"], listed[0]["completed_at"], listed[0]["receipt"]) == ("complete", day(4), [])
    for state, ids in (("waiting", ["erasure-b"]), ("complete", ["erasure-c", "erasure-a"])):
        found = await ask("registration", f"/erasures?state={state}", "operator")
        assert [each["erasure_id"] for each in found] == ids
    for who in ("operator", "french manager", "everybody's manager"):
        assert await ask("registration", "/erasures/erasure-b", who) == waits


async def test_a_receipt_says_when_each_had_forgotten_however_late_that_is_heard(
    app: FastAPI, ask: Asking, tell: Telling
) -> None:
    asked = ParticipantErased(programme_id=PROGRAMME, participant_id="gone", erasure_id="erasure-x")

    async def word(service: str, at: datetime) -> None:
        names = {"confirmation_id": confirmation_id(service, "gone"), "participant_id": "gone", "service": service}
        await tell("registration", ErasureConfirmed(**names, erasure_id="erasure-x"), at=at)

    app.state.store.clock = At(FIRST + timedelta(days=30))
    await tell("registration", asked, at=FIRST)
    for number, service in reversed(list(enumerate(CONFIRMING, start=1))):
        await word(service, FIRST + timedelta(days=number))
    assert await ask("registration", "/erasures/erasure-x", "operator") == {
        "erasure_id": "erasure-x",
        "state": "complete",
        "waiting_for": [],
        "requested_at": day(0),
        "completed_at": day(len(CONFIRMING)),
        "participations": 1,
        "receipt": [{"service": name, "at": day(number)} for number, name in enumerate(CONFIRMING, start=1)],
    }
