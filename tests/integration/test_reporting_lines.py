"""Who stands above whom is remembered, whatever becomes of a row; what was stored before goes on working."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from bson import json_util

from services.matching.rounds import computing
from shared.delivery.due import DueRows
from tests.support.backends import Mongo
from tests.support.loop import MANAGER, OPERATOR, Loop, loop, person_of
from tests.support.rounds import ROUND_DUES, solve_here
from tests.support.seeds import PROGRAMME, profile

pytestmark = pytest.mark.emptied

STORED = Path(__file__).parents[1] / "support/stored/registration.json"
"""What 0.1 as of decision 0018 stored of a file with three people, and of an application of one of them."""
HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade,offers,wants,manager_employee_id,trained"
JUNIOR = "e-junior,J,j@company.example,mentor,FR,Europe/Paris,en,Risk,2,the-web:5,,e-director,yes"
DIRECTOR = "e-director,D,d@company.example,mentee,DE,Europe/Berlin,en,Sales,8,,the-web,e-vp,yes"
VP = "e-vp,V,v@company.example,mentee,FR,Europe/Paris,en,Board,12,,the-web,,yes"


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Loop]:
    async with loop(mongodb, database_name, tmp_path) as one:
        yield one


async def imports(here: Loop, *rows: str, programme: str = PROGRAMME, who: Any = MANAGER) -> Any:
    """HR's file is given."""
    path, content = f"/programmes/{programme}/import", "\n".join([HEADER, *rows])
    return await here.ask("registration", "POST", path, who, content=content)


async def pairs(here: Loop, round_id: str) -> int:
    """How many a round finds."""
    await here.carry()
    body = {"round_id": round_id}
    await here.ask("matching", "POST", f"/programmes/{PROGRAMME}/rounds", MANAGER, json=body, expect=202)
    await here.carry()
    running = here.apps["matching"].state.running
    rounds = DueRows(running.store, ROUND_DUES, running.telemetry)
    while any([await rounds.ids(due) for due in rounds.dues]):
        for due in rounds.dues:
            await rounds.do(due)
    seen = await here.ask("matching", "GET", f"/rounds/{round_id}", MANAGER)
    assert seen["state"] == "completed"
    return int(seen["pairs"])


async def lines(here: Loop, programme: str = PROGRAMME) -> dict[str, list[str]]:
    """Person → reporting line."""
    everybody = await here.ask("registration", "GET", f"/programmes/{programme}/participants", MANAGER)
    return {each["person_id"]: each["profile"]["managers"] for each in everybody}


async def test_a_round_does_not_pair_two_of_one_line_whose_middle_was_refused(
    here: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "solve_aside", solve_here)
    await here.opened()
    report = await imports(here, JUNIOR, DIRECTOR, VP)
    assert (report["imported"], report["refused"]) == (2, 1)
    said = {
        "name": "J",
        "email": "j@company.example",
        "profile": {**profile("mentor", "FR"), "unit": "Risk", "grade": 2},
    }
    await here.applies("e-junior", said)
    assert (await lines(here))[person_of("e-junior")] == [person_of("e-director"), person_of("e-vp")]
    assert await pairs(here, "one") == 0


async def test_without_that_link_the_two_would_be_paired(here: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is because of it that the round above finds nobody."""
    monkeypatch.setattr(computing, "solve_aside", solve_here)
    await here.opened()
    await imports(here, JUNIOR, VP)
    assert await pairs(here, "one") == 1


async def test_a_link_another_programmes_file_tells_is_heard_by_matching(
    here: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "solve_aside", solve_here)
    await here.opened()
    await here.opened("another")
    await imports(here, JUNIOR, VP)
    await imports(here, DIRECTOR.replace("DE,Europe/Berlin", "GB,Europe/London"), programme="another")
    assert await pairs(here, "one") == 0


async def test_links_are_exported_and_erased(here: Loop) -> None:
    await here.opened()
    await imports(here, JUNIOR, DIRECTOR, VP)
    whom = {"employee_id": "e-director"}
    export = await here.ask("registration", "POST", "/people/export", OPERATOR, json=whom)
    assert [each["manager_id"] for each in export["stored"]["links"]] == [person_of("e-vp")]

    await here.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)
    assert (await lines(here))[person_of("e-junior")] == [person_of("e-vp")]
    kept = (await here.everything())["registration"]
    assert person_of("e-director") not in str({name: kept[name] for name in ("people", "participants", "links")})
    await imports(here, JUNIOR, DIRECTOR, VP)
    assert (await lines(here))[person_of("e-junior")] == [person_of("e-vp")]
    assert (await here.everything())["registration"]["links"] == []


@pytest.fixture
async def upgraded(here: Loop) -> Loop:
    """On a database that today's version has made."""
    for collection, documents in json_util.loads(STORED.read_text()).items():
        await here.database("registration")[collection].insert_many(documents)
    return here


async def test_what_was_stored_before_is_read_and_goes_on(upgraded: Loop) -> None:
    director, vp = person_of("e-director"), person_of("e-vp")
    assert (await lines(upgraded, "spring"))[person_of("e-junior")] == [director, vp]

    said = {"name": "J", "email": "j@company.example", "profile": {**profile("mentor", "FR"), "grade": 7}}
    await upgraded.applies("e-junior", said, "autumn")
    assert (await lines(upgraded, "autumn"))[person_of("e-junior")] == [director, vp]

    report = await imports(upgraded, DIRECTOR, programme="spring")
    assert report["refused"] == 1
    assert (await lines(upgraded, "spring"))[person_of("e-junior")] == [director, vp]

    again = await imports(upgraded, JUNIOR, programme="spring")
    assert (again["changed"], again["refused"]) == (1, 0)
    grades = [
        each["profile"]["grade"]
        for programme in ("spring", "autumn")
        for each in await upgraded.ask("registration", "GET", f"/programmes/{programme}/participants", MANAGER)
        if each["person_id"] == person_of("e-junior")
    ]
    assert grades == [2, 2], "HR's word corrects what was declared in another programme"
    assert (await lines(upgraded, "autumn"))[person_of("e-junior")] == [director, vp]


async def test_a_manager_who_was_stored_before_can_be_removed(upgraded: Loop) -> None:
    await imports(upgraded, JUNIOR.replace("e-director", "-"), programme="spring")
    assert (await lines(upgraded, "spring"))[person_of("e-junior")] == []
    assert (await lines(upgraded, "autumn"))[person_of("e-junior")] == []


async def test_whoever_was_stored_before_is_erased(upgraded: Loop) -> None:
    whom = {"employee_id": "e-director"}
    await upgraded.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)
    assert (await lines(upgraded, "spring"))[person_of("e-junior")] == [person_of("e-vp")]
