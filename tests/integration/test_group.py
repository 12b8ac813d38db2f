"""The group-wide view: what one region tells of its programmes, heard there and in any other, and by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.language.envelope import Record, open_envelope
from shared.language.streams import Stream
from tests.support.apps import person, signed_in
from tests.support.backends import Mongo
from tests.support.loop import ISSUER, MANAGER, PAIR, Loop, loop, participant
from tests.support.oddities import JUNIOR, SENIOR, TRACES, met_once
from tests.support.seeds import PROGRAMME


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Loop]:
    async with met_once(mongodb, database_name, tmp_path) as one:
        yield one


async def an_hour_goes_by(here: Loop) -> None:
    """What is due is done, and what it says is brought to everybody."""
    await here.passes(here.clock.now().isoformat())
    await here.passes(here.clock.now().isoformat())
    due = here.apps["feedback"].state.running.due
    for one in due.dues:
        await due.do(one)
    await here.carry()


def counts(here: Loop) -> list[Record]:
    return [record for record in here.said if record.topic == Stream.STATISTICS]


async def group(here: Loop) -> Any:
    return await here.ask("feedback", "GET", "/group", MANAGER)


async def test_a_programme_is_counted_once_an_hour_while_it_changes(here: Loop) -> None:
    assert (await group(here))["programmes"] == []
    await an_hour_goes_by(here)
    (first,) = counts(here)
    assert open_envelope(first).subject == f"local.{PROGRAMME}"
    await an_hour_goes_by(here)
    assert counts(here) == [first]
    (seen,) = (await group(here))["programmes"]
    summary = await here.ask("feedback", "GET", f"/programmes/{PROGRAMME}/summary", MANAGER)
    assert {name: seen[name] for name in ("pairs", "sessions", "at_risk", "recovered")} == {
        name: summary[name] for name in ("pairs", "sessions", "at_risk", "recovered")
    }
    assert (seen["region"], seen["answered"], seen["feeling"]) == ("local", 2, None)
    assert not [trace for trace in (*TRACES, person(JUNIOR), person(SENIOR)) if trace in str(first)]


async def test_the_newest_count_replaces_the_one_before(here: Loop) -> None:
    await an_hour_goes_by(here)
    pair = await here.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", MANAGER)
    third = next(one for one in pair["sessions"] if one["state"] == "scheduled")
    cancel = f"/sessions/{third['session_id']}/cancel"
    await here.ask("sessions", "POST", cancel, participant(JUNIOR), json={"because": "ill"})
    await here.carry()
    await an_hour_goes_by(here)
    assert [open_envelope(record).version for record in counts(here)] == [1, 2]
    (seen,) = (await group(here))["programmes"]
    assert seen["sessions"]["cancelled"] == 2


async def test_another_region_shows_what_is_mirrored_to_it_beside_its_own(
    here: Loop, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    await an_hour_goes_by(here)
    (tmp_path / "us").mkdir()
    async with loop(mongodb, f"{database_name}-us", tmp_path / "us", region="us") as us:
        await us.opened()
        await us.carry()
        await an_hour_goes_by(us)
        us.said += counts(here)
        await us.carry()
        seen = await group(us)
    mongodb.drop(f"{database_name}-us")
    assert [one["region"] for one in seen["programmes"]] == ["local", "us"]
    assert seen["total"]["programmes"] == 2
    assert seen["total"]["sessions"]["held"] == 1


async def test_only_who_manages_all_countries_sees_the_group(here: Loop) -> None:
    some = signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR", "GB"])
    await here.ask("feedback", "GET", "/group", some, expect=403)
