"""An export holds everything that is stored about somebody, proved by a search, as far as whoever asks may see it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.apps import client_of, signed_in
from tests.support.backends import Mongo
from tests.support.loop import ISSUER, MANAGER, OFFICER, OPERATOR, PAIR, Loop, participant, person_of
from tests.support.oddities import COMMENT, JUNIOR, SENIOR, THANKS, TRACES, met_once
from tests.support.seeds import PROGRAMME

pytestmark = pytest.mark.emptied

NOT_EXPORTED = {
    "inbox": "how many events of somebody were heard, and no more",
    "leases": "who publishes",
}
FRENCH, GERMAN, OF_NO_COUNTRY = [
    signed_in(ISSUER, "manager", employee_id="e-m", countries=countries) for countries in (["FR"], ["DE"], [])
]
"""The junior is in France; the programme runs in Great Britain, too."""
OF_OTHERS = {"members": "whom they were paired with: ids only, and theirs"}


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Loop]:
    async with met_once(mongodb, database_name, tmp_path) as one:
        yield one


async def export(here: Loop, who: Any = OPERATOR, **whom: str) -> dict[str, Any]:
    """Service → its part."""
    return {name: await here.ask(name, "POST", "/people/export", who, json=whom) for name in here.apps}


async def test_whoever_asks_for_their_own_is_given_the_same_as_a_file(here: Loop) -> None:
    parts = await export(here, participant(JUNIOR), employee_id=JUNIOR)
    for name, app in here.apps.items():
        async with client_of(app) as client:
            answer = await client.get("/people/me", headers=participant(JUNIOR))
            nobody = await client.get("/people/me", headers=signed_in(ISSUER, "participant"))
        assert answer.json() == parts[name]
        assert answer.headers["content-disposition"] == f'attachment; filename="telemachus-{name}.json"'
        assert nobody.json()["code"] == "signed-in-without-a-number"


async def test_everything_that_names_them_is_in_it_field_by_field(here: Loop) -> None:
    parts = await export(here, participant(JUNIOR), employee_id=JUNIOR)
    ids = {person_of(JUNIOR), *(each for part in parts.values() for each in part["participant_ids"])}
    assert len(ids) == 2
    left_out = [
        (service, collection, document)
        for service, collections in (await here.everything()).items()
        for collection in collections.keys() - NOT_EXPORTED.keys()
        for document in collections[collection]
        if any(word in str(document) for word in (*ids, *TRACES))
        and not is_in(parts[service], collection, document)
        and not (collection in OF_OTHERS and document["_id"] not in ids)
    ]
    assert left_out == []
    await every_field_is_in(parts, here)


def is_in(part: dict[str, Any], collection: str, document: dict[str, Any]) -> bool:
    if collection == "outbox":
        return document["subject"] in {each["subject"] for each in part["said"]}
    return document["_id"] in {each["id"] for each in part["stored"].get(collection, [])}


async def every_field_is_in(parts: dict[str, Any], here: Loop) -> None:
    assert not [trace for trace in TRACES if trace not in str(parts)]
    for service, collections in (await here.everything()).items():
        for collection, documents in parts[service]["stored"].items():
            whole = {each["_id"]: each for each in collections.get(collection, [])}
            [kind] = [kind for kind in here.apps[service].state.aggregates if kind.collection == collection]
            hidden = {"_id", "_revision", "_said", *kind.shown.to_managers, *kind.shown.to_nobody}
            for document in documents:
                assert document.keys() - {"id"} == whole[document["id"]].keys() - hidden


async def test_nobody_elses_words_or_names_are_in_it(here: Loop) -> None:
    theirs, others = [str(await export(here, participant(who), employee_id=who)) for who in (JUNIOR, SENIOR)]
    assert COMMENT in theirs and THANKS in others
    assert "s@company.example" in others
    assert THANKS not in theirs and "s@company.example" not in theirs
    assert not [trace for trace in TRACES if trace in others]


async def test_after_an_erasure_it_is_empty(here: Loop) -> None:
    assert any((await export(here, employee_id=JUNIOR))["registration"]["stored"].values())
    await here.ask("registration", "POST", "/people/erase", OPERATOR, json={"employee_id": JUNIOR}, expect=202)
    await here.carry()
    for part in (await export(here, person_id=person_of(JUNIOR))).values():
        assert (part["participant_ids"], part["said"]) == ([], [])
        assert not any(part["stored"].values())


async def test_it_is_for_themselves_their_managers_and_those_who_answer_for_people(here: Loop) -> None:
    for who in (participant(JUNIOR), OPERATOR, OFFICER, MANAGER):
        assert (await export(here, who, employee_id=JUNIOR))["registration"]["participant_ids"]
    for who in (participant(SENIOR), participant("a-stranger"), GERMAN, OF_NO_COUNTRY):
        for name in here.apps:
            of_theirs = await here.ask(name, "POST", "/people/export", who, json={"employee_id": JUNIOR}, expect=403)
            of_nobody = await here.ask(name, "POST", "/people/export", who, json={"employee_id": "no"}, expect=403)
            assert of_theirs == of_nobody


async def test_what_was_said_in_confidence_is_given_to_its_author_alone(here: Loop) -> None:
    """No rating, no comment, not even that somebody answered: neither to managers nor to operators."""
    own = (await export(here, participant(JUNIOR), employee_id=JUNIOR))["feedback"]
    [pulse] = own["stored"]["pulses"]
    assert pulse["answer"] == {"feeling": 5, "useful": 2, "comment": COMMENT}
    assert [said["type"] for said in own["said"] if "feedback" in said["type"]]
    for who in (OPERATOR, OFFICER, MANAGER):
        part = (await export(here, who, employee_id=JUNIOR))["feedback"]
        assert part["stored"]["pulses"] == []
        assert not [word for word in ("answer", "comment", "useful", "feedback-submitted") if word in str(part)]


async def test_what_tells_of_others_is_given_to_managers_alone(here: Loop) -> None:
    """Whom else they could have had; and of a mere proposal the two know nothing."""
    proposal = {"_id": "proposal", "state": "proposed", "programme_id": PROGRAMME}
    [member] = await here.database("matching")["members"].find({"person_id": person_of(JUNIOR)}).to_list(None)
    [pair] = await here.database("matching")["pairs"].find({}).to_list(None)
    await here.database("matching")["pairs"].insert_one({**pair, **proposal})
    place = {"_id": f"round/{member['_id']}", "participant_id": member["_id"], "round_id": "r", "_revision": 1}
    await here.database("matching")["places"].insert_one(place)

    for who in (participant(JUNIOR), OPERATOR):
        stored = (await export(here, who, employee_id=JUNIOR))["matching"]["stored"]
        assert [each["id"] for each in stored["pairs"]] == [PAIR]
        assert stored["places"] == []
        assert "alternative" not in str(stored) and "somebody" not in str(stored)
    stored = (await export(here, MANAGER, employee_id=JUNIOR))["matching"]["stored"]
    assert {each["id"] for each in stored["pairs"]} == {PAIR, "proposal"}
    assert "somebody" in str(stored["pairs"])
    assert [each["round_id"] for each in stored["places"]] == ["r"]


async def test_a_manager_of_some_of_a_programmes_countries_is_given_no_more_than_routes_show_them(here: Loop) -> None:
    """Feedback knows no more of where somebody is than the programme."""
    whom = {"employee_id": JUNIOR}
    await here.ask("feedback", "POST", "/people/export", FRENCH, json=whom, expect=403)
    others = here.apps.keys() - {"feedback"}
    parts = {name: await here.ask(name, "POST", "/people/export", FRENCH, json=whom) for name in others}
    given = {name: {kind for kind, found in part["stored"].items() if found} for name, part in parts.items()}
    assert given == {
        "registration": {"people", "participants"},
        "matching": {"members", "pairs"},
        "sessions": {"participants"},
    }
    assert "employee_id" not in parts["registration"]["stored"]["people"][0]
    for service, path in (
        ("sessions", f"/pairs/{PAIR}/sessions"),
        ("feedback", f"/pairs/{PAIR}/momentum"),
    ):
        await here.ask(service, "GET", path, FRENCH, expect=403)
