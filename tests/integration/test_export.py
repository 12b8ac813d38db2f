"""An export holds everything that is stored about somebody, proved by a search; and nothing once they are erased."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.apps import signed_in
from tests.support.backends import Mongo
from tests.support.loop import ISSUER, MANAGER, OPERATOR, Loop, participant, person_of
from tests.support.oddities import COMMENT, JUNIOR, SENIOR, THANKS, TRACES, met_once

NOT_EXPORTED = {
    "inbox": "how many events of somebody were heard, and no more",
    "leases": "who publishes",
}
OF_OTHERS = {"members": "whom they were paired with: ids only, and theirs"}


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Loop]:
    async with met_once(mongodb, database_name, tmp_path) as one:
        yield one


async def export(here: Loop, who: Any = OPERATOR, **whom: str) -> dict[str, Any]:
    """Service → its part."""
    return {name: await here.ask(name, "POST", "/people/export", who, json=whom) for name in here.apps}


async def test_everything_that_names_them_is_in_it_field_by_field(here: Loop) -> None:
    parts = await export(here, employee_id=JUNIOR)
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
            for document in documents:
                kept = {name for name in whole[document["id"]] if name not in ("_id", "_revision", "_said")}
                assert document.keys() - {"id"} == kept


async def test_nobody_elses_words_or_names_are_in_it(here: Loop) -> None:
    theirs, others = str(await export(here, employee_id=JUNIOR)), str(await export(here, employee_id=SENIOR))
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


async def test_it_is_for_themselves_their_managers_and_operators(here: Loop) -> None:
    assert await export(here, participant(JUNIOR), employee_id=JUNIOR) == await export(here, employee_id=JUNIOR)
    await export(here, MANAGER, employee_id=JUNIOR)
    of_others = signed_in(ISSUER, "manager", employee_id="e-m", countries=["DE"])
    for who in (participant(SENIOR), participant("a-stranger"), of_others):
        for name in here.apps:
            await here.ask(name, "POST", "/people/export", who, json={"employee_id": JUNIOR}, expect=403)
