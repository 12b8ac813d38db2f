"""Nobody becomes two people: who was registered by a version that took employee numbers as they were written is the
same to the next one, in all services, however the number is written from then on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import shared.domain.people
from services.registration.app import service as registration
from shared.language.registration import ParticipantIdentified
from tests.support.backends import Mongo
from tests.support.loop import MANAGER, OPERATOR, PAIR, Loop, application, loop, participant
from tests.support.seeds import PROGRAMME

pytestmark = pytest.mark.emptied

HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade,offers,wants,manager_employee_id\n"
JUNIOR, SENIOR, CHIEF, SELF = "Le\u0301a 4711", "Ｅ\u00a0 0815", "CHIEF\u00a01", "Self\u00ad-1"
"""Decomposed; full width with odd spaces; a no-break space; a soft hyphen."""
TODAYS = {JUNIOR: "Léa 4711", SENIOR: "E 0815", CHIEF: "CHIEF 1", SELF: "Self-1"}
ORDINARY = "E-1"


def row(number: str, role: str, grade: int, manager: str = "") -> str:
    topics = "the-web:5," if role == "mentor" else ",the-web:1:2"
    return f"{number},Name,n@company.example,{role},GB,Europe/London,en,{grade},{grade},{topics},{manager}\n"


FILE = HEADER + row(JUNIOR, "mentor", 3, CHIEF) + row(SENIOR, "mentee", 9) + row(CHIEF, "mentee", 12)
FILE += row(ORDINARY, "mentor", 2, CHIEF)


@pytest.fixture
async def before(
    mongodb: Mongo, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Loop]:
    """What the version before kept: three were imported and one applied, all with odd numbers; two are a pair."""
    async with loop(mongodb, database_name, tmp_path) as here:
        with monkeypatch.context() as old:
            old.setattr(shared.domain.people, "same_number", str.strip)
            await here.opened()
            assert (await imports(here, FILE))["imported"] == 4
            await here.applies(SELF, application("Self", "self@company.example", "mentor", "GB"))
            await here.carry()
            mentor, mentee = await id_of(here, JUNIOR), await id_of(here, SENIOR)
            await here.pair(mentor, mentee)
            await here.carry()
        yield here


@pytest.fixture
async def here(before: Loop) -> Loop:
    """The next version has started."""
    await starts(before)
    await before.carry()
    return before


async def starts(here: Loop) -> None:
    assert registration.puts_right is not None
    running = here.apps["registration"].state.running
    await registration.puts_right(running.store, running.settings)


async def imports(here: Loop, file: str) -> Any:
    path = f"/programmes/{PROGRAMME}/import"
    return await here.ask("registration", "POST", path, MANAGER, content=file.encode())


async def id_of(here: Loop, number: str) -> str:
    """The participant's id, from the one service that every caller may ask about themselves."""
    [part] = (
        await here.ask("registration", "POST", "/people/export", participant(number), json={"employee_id": number})
    )["participant_ids"]
    return str(part)


async def everybody(here: Loop) -> dict[str, list[str]]:
    """Service → person ids."""
    kinds = {
        "registration": "participants",
        "matching": "members",
        "sessions": "participants",
        "feedback": "participants",
    }
    return {
        name: sorted([each["person_id"] async for each in here.database(name)[kind].find()])
        for name, kind in kinds.items()
    }


@pytest.mark.parametrize("number", [JUNIOR, TODAYS[JUNIOR], f" {TODAYS[JUNIOR]}\u200b"])
async def test_whoever_was_imported_is_themselves_in_all_services(here: Loop, number: str) -> None:
    me = participant(number)
    part = await id_of(here, number)
    for name in here.apps:
        export = await here.ask(name, "POST", "/people/export", me, json={"employee_id": number})
        assert export["participant_ids"] == [part], name
    assert (await here.ask("registration", "GET", f"/participants/{part}", me))["participant_id"] == part
    assert (await here.ask("matching", "GET", f"/pairs/{PAIR}", me))["mentor_id"] == part
    assert (await here.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", me))["sessions"]
    assert (await here.ask("feedback", "GET", f"/pairs/{PAIR}/momentum", me))["pair_id"] == PAIR


@pytest.mark.parametrize("file", [FILE, HEADER + row(TODAYS[JUNIOR], "mentor", 3, TODAYS[CHIEF])])
async def test_importing_them_again_finds_them(here: Loop, file: str) -> None:
    known = await everybody(here)
    report = await imports(here, file)
    await here.carry()
    assert (report["imported"], report["refused"]) == (0, 0)
    assert await everybody(here) == known


async def test_the_same_row_changes_nothing(here: Loop) -> None:
    assert (await imports(here, FILE))["unchanged"] == 4


async def test_the_manager_of_a_row_is_the_person_who_takes_part(here: Loop) -> None:
    report = await imports(here, HEADER + row("E-2", "mentor", 2, TODAYS[CHIEF]) + row("E-3", "mentor", 2, CHIEF))
    assert report["imported"] == 2
    chief = await here.database("registration")["participants"].find_one({"_id": await id_of(here, CHIEF)})
    for number in ("E-2", "E-3", ORDINARY):
        one = await here.database("registration")["participants"].find_one({"_id": await id_of(here, number)})
        assert one["profile"]["managers"] == [chief["person_id"]]


async def test_one_employee_written_in_two_ways_comes_once_in_a_file(here: Loop) -> None:
    report = await imports(here, HEADER + row("N\u00a01", "mentor", 2) + row("N 1", "mentor", 2))
    assert (report["imported"], report["refused"]) == (1, 1)
    assert [(each["line"], each["code"]) for each in report["errors"]] == [(3, "employee-comes-again")]


async def test_who_applied_oneself_is_themselves_and_is_found_by_hr_afterwards(here: Loop) -> None:
    """Nobody knows their number but their token, so it is that which leads to them."""
    known, part = await everybody(here), await id_of(here, SELF)
    for name in here.apps:
        export = await here.ask(name, "POST", "/people/export", participant(SELF), json={"employee_id": SELF})
        assert export["participant_ids"] == [part], name

    assert (await imports(here, HEADER + row(SELF, "mentor", 3)))["changed"] == 1
    await here.carry()
    assert await everybody(here) == known
    for name in here.apps:
        me = participant(TODAYS[SELF])
        export = await here.ask(name, "POST", "/people/export", me, json={"employee_id": TODAYS[SELF]})
        assert export["participant_ids"] == [part], name


@pytest.mark.parametrize("number", [JUNIOR, TODAYS[JUNIOR]])
async def test_they_are_erased_by_any_way_to_write_the_number_and_come_back_by_none(here: Loop, number: str) -> None:
    known = await here.database("registration")["people"].find_one({"employee_id": JUNIOR})
    asked = await here.ask("registration", "POST", "/people/erase", OPERATOR, json={"employee_id": number}, expect=202)
    await here.carry()
    done = await here.ask("registration", "GET", f"/erasures/{asked['erasure_id']}", OPERATOR)
    assert (done["state"], done["participations"]) == ("complete", 1)
    assert known["_id"] not in str(await here.everything())

    for spelling in (JUNIOR, TODAYS[JUNIOR], f"{TODAYS[JUNIOR]} "):
        again = await here.ask(
            "registration", "POST", "/people/erase", OPERATOR, json={"employee_id": spelling}, expect=202
        )
        assert again == done
        assert (await imports(here, HEADER + row(spelling, "mentor", 3)))["errors"][0]["code"] == "data-were-erased"


async def test_who_was_erased_before_stays_so(before: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as old:
        old.setattr(shared.domain.people, "same_number", str.strip)
        whom = {"employee_id": JUNIOR}
        done = await before.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)
        await before.carry()
    await starts(before)
    assert (await imports(before, HEADER + row(JUNIOR, "mentor", 3)))["errors"][0]["code"] == "data-were-erased"
    again = await before.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)
    assert again["erasure_id"] == done["erasure_id"]


async def test_it_is_told_once_and_of_nobody_else(here: Loop) -> None:
    """Two replicas may start at once, and every start looks again."""
    said = [record for record in here.said if dict(record.headers)["ce_type"] == ParticipantIdentified.type.encode()]
    assert len(said) == 3
    await starts(here)
    await here.carry()
    again = [record for record in here.said if dict(record.headers)["ce_type"] == ParticipantIdentified.type.encode()]
    assert again == said


async def test_whoever_was_two_people_already_keeps_both_and_is_erased_as_one(
    before: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as old:
        old.setattr(shared.domain.people, "same_number", str.strip)
        await imports(before, HEADER + row(TODAYS[JUNIOR], "mentor", 3))
        await before.carry()
    await starts(before)
    await before.carry()
    whom = {"employee_id": TODAYS[JUNIOR]}
    of_both = await before.ask("sessions", "POST", "/people/export", OPERATOR, json=whom)
    of_one = await before.ask("sessions", "POST", "/people/export", OPERATOR, json={"employee_id": JUNIOR})
    assert of_both["person_id"] != of_one["person_id"]
    assert len(of_both["participant_ids"]) == 2
    assert of_both["stored"] == of_one["stored"]

    erased = await before.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)
    assert erased["participations"] == 2
