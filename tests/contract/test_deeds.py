"""Every route that may change something leaves one line in the log, which says what was done and never of whom."""

import asyncio
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pymongo
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deploy.services import SERVICES
from shared.language.streams import REGISTRY
from shared.telemetry.deeds import note, under_way
from shared.telemetry.logs import configure_logs
from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing
from shared.web.access import Caller
from shared.web.observed import CHANGING, Observed
from tests.contract.test_access import address, asked_roles, routes
from tests.support.apps import client_of, settings_for, signed_in
from tests.support.tokens import ISSUED_BY, ROLES

MARKER = "jane-doe-4711"
WRITTEN = {
    "employee_id": MARKER,
    "name": MARKER,
    "id": MARKER,
    "round_id": MARKER,
    "comment": MARKER,
    "stream": MARKER,
    "because": MARKER,
    "participant_ids": [MARKER],
    MARKER: MARKER,
}
APPS = {service.name: service.app(settings_for(ISSUED_BY)) for service in SERVICES}
ROUTES = [
    pytest.param(service.name, method, route, id=f"{service.name} {method} {route.path}")
    for service in SERVICES
    for route in routes(APPS[service.name])
    if asked_roles(route)
    for method in sorted(CHANGING & set(route.methods or ()))
]
each_route = pytest.mark.parametrize(("service", "method", "route"), ROUTES)
NEVER = {"person_id", "employee_id", "subject", "email", "name", "title", "comment"}


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged since."""
    stream = io.StringIO()
    configure_logs("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    configure_logs("WARNING")


def test_every_changing_route_is_walked_through() -> None:
    found = {(p.values[0], p.values[2].name) for p in ROUTES}  # type: ignore[union-attr]
    assert {
        ("registration", "import_people"),
        ("registration", "erase_person"),
        ("matching", "approve"),
        ("sessions", "move"),
        ("feedback", "answer_pulse"),
        ("feedback", "replay"),
    } <= found
    assert all(times == 1 for times in Counter((p.values[0], p.values[2].name) for p in ROUTES).values())  # type: ignore[union-attr]


@each_route
async def test_whoever_has_a_token_leaves_one_line_without_a_word_of_theirs(
    lines: Callable[[], list[dict[str, Any]]], service: str, method: str, route: Any
) -> None:
    headers = {**signed_in(ISSUED_BY, *ROLES, MARKER, countries=["*", MARKER]), "X-Name": MARKER}
    path = route.path
    for parameter in route.param_convertors:
        path = path.replace(f"{{{parameter}}}", MARKER)
    async with client_of(APPS[service]) as client:
        with pymongo.timeout(1e-6):  # there is no database, and the driver looks for one for seconds
            answer = await client.request(method, f"{path}?name={MARKER}", headers=headers, json=WRITTEN)

    [line] = [line for line in lines() if "operation" in line]
    assert (line["service"], line["operation"], line["status"]) == (service, route.name, answer.status_code)
    assert line["event"] == ("failed" if answer.status_code >= 500 else "refused"), answer.text
    if answer.headers["content-type"].startswith("text/html"):  # the form, shown again
        assert line["code"] == "not-valid"
    else:
        assert line["code"] == answer.json()["code"]
    assert line["roles"] == sorted(ROLES)
    assert line["seconds"] >= 0
    assert len(line["trace"]) == 32
    assert MARKER not in json.dumps(lines())
    assert not NEVER & line.keys()


@each_route
async def test_what_was_done_names_what_it_was_done_to(
    lines: Callable[[], list[dict[str, Any]]], service: str, method: str, route: Any
) -> None:
    async def done(scope: Scope, _: Receive, send: Send) -> None:
        scope["route"], scope["state"] = route, {"caller": Caller("person-1", frozenset({"manager", "x"}), frozenset())}
        scope["path_params"] = {name: f"some-{name}" for name in route.param_convertors}
        note(rows=3)
        await send({"type": "http.response.start", "status": 201, "headers": []})

    await asked(done, method)

    [line] = lines()
    assert (line["event"], line["operation"], line["rows"]) == ("done", route.name, 3)
    assert {name: line[name] for name in route.param_convertors} == {n: f"some-{n}" for n in route.param_convertors}
    assert line["roles"] == ["manager"]
    assert "person-1" not in json.dumps(line)


async def asked(app: Callable[[Scope, Receive, Send], Any], method: str) -> None:
    """One request to what is observed."""
    observed = Observed(app, Telemetry("ledger", "local"), Tracing(), "ledger")
    scope = {"type": "http", "method": method, "path": "/", "headers": []}

    async def nothing(*_: Any) -> Any:
        return {"type": "http.disconnect"}

    await observed(scope, nothing, nothing)


async def test_without_a_token_and_for_a_look_there_is_no_line(lines: Callable[[], list[dict[str, Any]]]) -> None:
    app: FastAPI = APPS["registration"]
    async with client_of(app) as client:
        with pymongo.timeout(1e-6):  # there is no database
            for route in routes(app):
                for method in route.methods or ():
                    await client.request(method, address(route.path or "/"))
            await client.get("/programmes", headers=signed_in(ISSUED_BY, "manager"))

    assert [line for line in lines() if "operation" in line] == []


async def test_what_goes_on_after_its_answer_is_told_at_its_end(lines: Callable[[], list[dict[str, Any]]]) -> None:
    end, tasks = asyncio.Event(), []

    async def rest() -> None:
        await end.wait()
        note(imported=7)

    async def answers_first(scope: Scope, _: Receive, send: Send) -> None:
        scope["route"] = ROUTES[0].values[2]
        scope["state"] = {"caller": Caller(None, frozenset({"manager"}), frozenset())}
        tasks.append(asyncio.create_task(under_way(rest())))
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    await asked(answers_first, "POST")
    assert lines() == []
    end.set()
    await asyncio.gather(*tasks)
    [line] = lines()
    assert (line["event"], line["imported"]) == ("done", 7)


def test_few_events_have_a_line_and_none_that_comes_for_everybody() -> None:
    logged = {kind.__name__ for kind in REGISTRY.values() if kind.logged}
    assert logged == {"MatchingRoundCompleted", "MatchingRoundFailed", "MatchingRoundCancelled", "ErasureConfirmed"}
