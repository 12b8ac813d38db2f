"""Files with wrong rows, and repeats that do no harm."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.support.asking import APPLICATION, ISSUER, NEW, PULSE, ask, changed, problem_of
from tests.support.backends import Mongo
from tests.support.seeds import COMING, HELD, MENTEE, MENTOR, PAIR, PROGRAMME, ROUND, seeded

pytestmark = pytest.mark.emptied


@pytest.fixture
async def apps(mongodb: Mongo, database_name: str) -> AsyncIterator[dict[str, FastAPI]]:
    async with seeded(ISSUER, mongodb, database_name) as apps:
        yield apps


HEADER = b"employee_id,name,email,role,country,time_zone,languages,unit,grade\n"
GOOD = b"e-9,Nine,nine@company.example,mentor,FR,Europe/Paris,en,sales,3\n"


async def _imported(
    apps: dict[str, FastAPI], content: bytes, query: str = "", accept: str = "application/json"
) -> httpx.Response:
    return await ask(
        apps["registration"],
        "POST",
        f"/programmes/{PROGRAMME}/import{query}",
        content=content,
        headers={"Content-Type": "text/csv", "Accept": accept},
    )


async def test_a_wrong_row_is_told_cell_by_cell_and_the_good_ones_go_in(apps: dict[str, FastAPI]) -> None:
    rows = [
        GOOD,
        b"e-10,Ten,nowhere,boss,France,Europe/Paris,en,sales,3\n",
        b'e-11,"El\nEven",e@b.example,mentor,FR,Europe/Paris,en,sales,ninety\n',
        b"e-12,\xff\xfe,twelve@b.example,mentor,FR,Europe/Paris,en,sales,3\n",
        b"e-9,Nine,nine@company.example,mentor,FR,Europe/Paris,en,sales,3\n",
        b"e-13,Thirteen,t@b.example,mentor,DE,Europe/Berlin,de,sales,3\n",
        b"too,few\n",
    ]
    answer = await _imported(apps, HEADER + b"".join(rows))
    report = answer.json()

    assert answer.status_code == 200
    assert (report["rows"], report["imported"], report["refused"]) == (7, 1, 6)
    told = {(error["line"], error["column"]) for error in report["errors"]}
    assert {(3, "email"), (3, "role"), (3, "country"), (4, "grade"), (6, "name"), (7, "employee_id")} <= told
    assert (8, "country") in told
    assert all(error["expected"] for error in report["errors"])


async def test_whoever_wishes_is_told_how_far_it_is(apps: dict[str, FastAPI]) -> None:
    told = await _imported(apps, HEADER + GOOD + b"too,few\n", accept="application/x-ndjson")
    progress, report = (json.loads(line) for line in told.text.splitlines())

    assert told.headers["content-type"] == "application/x-ndjson"
    assert progress == {"progress": {"rows": 2, "part": 1.0}}
    assert (report["report"]["imported"], report["report"]["refused"]) == (1, 1)
    assert problem_of(await _imported(apps, b"name\n", accept="application/x-ndjson"), 409)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xff\xfe\x00", b"name,email\nA,a@b.example\n", HEADER[:-1] + b",name\n", b"\x00" * 1000]
)
async def test_a_file_that_cannot_be_read_is_refused_as_a_whole(apps: dict[str, FastAPI], content: bytes) -> None:
    told = problem_of(await _imported(apps, content), 409)
    assert "column" in told["detail"]


async def test_the_same_file_again_changes_nothing(apps: dict[str, FastAPI]) -> None:
    reports = [(await _imported(apps, HEADER + GOOD, query)).json() for query in ("?dry_run=true", "", "")]
    assert [report["imported"] for report in reports] == [1, 1, 0]
    assert reports[2]["unchanged"] == 1


REPEATED = [
    ("registration", "POST", "/programmes", NEW),
    ("registration", "PUT", f"/programmes/{PROGRAMME}/terms", changed(NEW, "terms.title", "Another")["terms"]),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close-registration", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/participants", APPLICATION),
    ("registration", "POST", f"/participants/{MENTOR}/trained", None),
    ("registration", "POST", f"/participants/{MENTEE}/withdraw", {}),
    ("matching", "POST", f"/programmes/{PROGRAMME}/rounds", {"round_id": "round-3"}),
    ("matching", "POST", f"/rounds/{ROUND}/again", {"round_id": "round-4"}),
    ("matching", "POST", f"/rounds/{ROUND}/approve", None),
    ("matching", "POST", f"/rounds/{ROUND}/cancel", None),
    ("matching", "POST", f"/pairs/{PAIR}/approve", None),
    ("matching", "POST", f"/pairs/{PAIR}/dissolve", {"because": "manager"}),
    ("sessions", "POST", f"/sessions/{COMING}/cancel", {"because": "ill"}),
]


@pytest.mark.parametrize(("service", "method", "path", "body"), REPEATED)
async def test_asking_twice_does_it_once(
    apps: dict[str, FastAPI], service: str, method: str, path: str, body: Any
) -> None:
    outbox = apps[service].state.store.db["outbox"]
    first = await ask(apps[service], method, path, json=body)
    said = await outbox.count_documents({})
    again = await ask(apps[service], method, path, json=body)

    assert first.is_success, first.text
    assert again.is_success, again.text
    assert again.json() == first.json()
    assert await outbox.count_documents({}) == said


async def test_a_pulse_is_answered_once(apps: dict[str, FastAPI]) -> None:
    first = await ask(apps["feedback"], "POST", f"/sessions/{HELD}/pulse", json=PULSE)
    assert first.status_code == 201
    problem_of(await ask(apps["feedback"], "POST", f"/sessions/{HELD}/pulse", json=PULSE), 409)
    assert await apps["feedback"].state.store.db["outbox"].count_documents({}) == 1
