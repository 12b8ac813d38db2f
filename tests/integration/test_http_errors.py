"""Bad input over HTTP: a problem document that names the field, the row or the rule; and repeats that do no harm."""

from collections.abc import AsyncIterator
from typing import Any

import pymongo
import pytest
from fastapi import FastAPI

from deploy.services import SERVICES
from shared.web.guarded import LARGEST_BODY
from tests.support.apps import settings_for
from tests.support.asking import APPLICATION, ISSUER, NEW, PULSE, ask, changed, problem_of
from tests.support.backends import Mongo
from tests.support.seeds import COMING, HELD, MENTOR, PAIR, PROGRAMME, seeded


@pytest.fixture(scope="module")
async def apps(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    """One for all: what is refused changes nothing."""
    async with seeded(ISSUER, mongodb, "test_http_errors") as apps:
        yield apps
    mongodb.drop("test_http_errors")


WRONG_FIELDS = [
    ("registration", "/programmes", changed(NEW, "id", "not an id"), "id"),
    ("registration", "/programmes", changed(NEW, "id", None), "id"),
    ("registration", "/programmes", changed(NEW, "terms.title", "x"), "terms.title"),
    ("registration", "/programmes", changed(NEW, "terms.countries", ["France"]), "terms.countries.0"),
    ("registration", "/programmes", changed(NEW, "terms.countries", []), "terms.countries"),
    ("registration", "/programmes", changed(NEW, "terms.ends_on", "soon"), "terms.ends_on"),
    ("registration", "/programmes", changed(NEW, "terms.ends_on", "2001-01-01"), "terms"),
    ("registration", "/programmes", changed(NEW, "terms.plan", {"minutes": 31}), "terms.plan.minutes"),
    ("registration", "/programmes", changed(NEW, "terms.topics", [f"t-{n}" for n in range(999)]), "terms.topics"),
    ("registration", f"/programmes/{PROGRAMME}/participants", changed(APPLICATION, "email", "nobody"), "email"),
    ("registration", f"/programmes/{PROGRAMME}/participants", changed(APPLICATION, "name", "a\nb"), "name"),
    (
        "registration",
        f"/programmes/{PROGRAMME}/participants",
        changed(APPLICATION, "profile.time_zone", "Mars/Olympus"),
        "profile.time_zone",
    ),
    (
        "registration",
        f"/programmes/{PROGRAMME}/participants",
        changed(APPLICATION, "profile.working_hours", {"start": "25:00"}),
        "profile.working_hours.start",
    ),
    ("registration", f"/programmes/{PROGRAMME}/trained", {"participant_ids": []}, "participant_ids"),
    ("registration", f"/participants/{MENTOR}/withdraw", {"because": "bored"}, "because"),
    ("matching", f"/programmes/{PROGRAMME}/rounds", {"round_id": "../x"}, "round_id"),
    ("matching", f"/programmes/{PROGRAMME}/rounds", {"seed": -1}, "seed"),
    ("matching", f"/programmes/{PROGRAMME}/rounds", {"weights": {}}, "weights"),
    (
        "matching",
        f"/programmes/{PROGRAMME}/rounds",
        {"pairing": {"weights": {"topics": 101}}},
        "pairing.weights.topics",
    ),
    ("matching", f"/programmes/{PROGRAMME}/rounds", {"lock": [{"mentor_id": "m"}]}, "lock.0.mentee_id"),
    ("matching", f"/pairs/{PAIR}/dissolve", {}, "because"),
    ("matching", f"/pairs/{PAIR}/dissolve", {"because": "bored"}, "because"),
    ("sessions", f"/sessions/{COMING}/cancel", {"because": "pair-ended"}, "because"),
    ("sessions", f"/sessions/{COMING}/move", {"starts_at": "tomorrow"}, "starts_at"),
    ("sessions", f"/sessions/{COMING}/move", {"starts_at": "2030-01-01T10:00:00"}, "starts_at"),
    ("sessions", f"/sessions/{COMING}/move", {"starts_at": "2030-01-01T10:00:07Z"}, "starts_at"),
    ("feedback", f"/sessions/{HELD}/pulse", changed(PULSE, "feeling", 6), "feeling"),
    ("feedback", f"/sessions/{HELD}/pulse", changed(PULSE, "useful", "5"), "useful"),
    ("feedback", f"/sessions/{HELD}/pulse", changed(PULSE, "comment", "x" * 2001), "comment"),
    ("feedback", f"/sessions/{HELD}/pulse", changed(PULSE, "mood", 1), "mood"),
]


@pytest.mark.parametrize(("service", "path", "body", "field"), WRONG_FIELDS)
async def test_a_wrong_field_is_named(
    apps: dict[str, FastAPI], service: str, path: str, body: dict[str, Any], field: str
) -> None:
    told = problem_of(await ask(apps[service], "POST", path, json=body), 422)

    assert field in [each["field"] for each in told["fields"]]
    assert all(each["problem"] for each in told["fields"])
    assert field in told["detail"]


async def test_every_wrong_field_is_named_at_once(apps: dict[str, FastAPI]) -> None:
    body = changed(changed(PULSE, "feeling", 0), "useful", 9)
    told = problem_of(await ask(apps["feedback"], "POST", f"/sessions/{HELD}/pulse", json=body), 422)
    assert [each["field"] for each in told["fields"]] == ["feeling", "useful"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=over", "query.state"),
        ("starts_from=yesterday", "query.starts_from"),
        ("starts_from=2026-01-01T00:00:00", "query.starts_from"),
        ("starts_before=9999-12-31T23:59:59-14:00", "query.starts_before"),
    ],
)
async def test_a_wrong_query_is_named(apps: dict[str, FastAPI], query: str, field: str) -> None:
    told = problem_of(await ask(apps["sessions"], "GET", f"/programmes/{PROGRAMME}/sessions?{query}"), 422)
    assert [each["field"] for each in told["fields"]] == [field]


BODIES = {
    "registration": "/programmes",
    "matching": f"/pairs/{PAIR}/dissolve",
    "sessions": f"/sessions/{COMING}/cancel",
    "feedback": f"/sessions/{HELD}/pulse",
}
every_service = pytest.mark.parametrize("service", BODIES)
NOT_JSON = {
    "half": (b'{"feeling": 4, ', 422),
    "nothing": (b"", 422),
    "a list": (b"[]", 422),
    "a word": (b'"hello"', 422),
    "not UTF-8": (b'{"feeling": "\xff\xfe"}', 422),
    "too deep": (b"[" * 100_000, 422),
    "no number": (b'{"feeling": NaN, "useful": 3, "because": NaN, "id": NaN}', 422),
    "a number without end": (b'{"feeling": ' + b"9" * 10_000 + b"}", 422),
    "half a character": (b'{"feeling": 4, "useful": 4, "comment": "\\ud800", "because": "\\ud800"}', 422),
}


@every_service
@pytest.mark.parametrize("what", NOT_JSON)
async def test_what_is_no_json_is_told_so(apps: dict[str, FastAPI], service: str, what: str) -> None:
    content, status = NOT_JSON[what]
    answer = await ask(
        apps[service], "POST", BODIES[service], content=content, headers={"Content-Type": "application/json"}
    )

    problem_of(answer, status)


async def test_where_json_breaks_off_is_told(apps: dict[str, FastAPI]) -> None:
    answer = await ask(
        apps["registration"], "POST", "/programmes", content=b'{"id": ', headers={"Content-Type": "application/json"}
    )
    [field] = problem_of(answer, 422)["fields"]
    assert field["field"] == "body, character 7"


@every_service
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_told_so(apps: dict[str, FastAPI], service: str, content_type: str) -> None:
    answer = await ask(
        apps[service], "POST", BODIES[service], content=b'{"because": "ill"}', headers={"Content-Type": content_type}
    )
    assert problem_of(answer, 422)["fields"][0]["field"] == "body"


@every_service
@pytest.mark.parametrize(("headers", "status"), [({}, 413), ({"Authorization": ""}, 401)], ids=["manager", "nobody"])
async def test_a_huge_body_is_not_read(
    apps: dict[str, FastAPI], service: str, headers: dict[str, str], status: int
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b" " * (LARGEST_BODY // 8)

    told = {**headers, "Content-Type": "application/json"}
    answer = await ask(apps[service], "POST", BODIES[service], content=endless(), headers=told)

    problem_of(answer, status)
    assert read == (9 if status == 413 else 0)
    announced = await ask(apps[service], "POST", BODIES[service], content=b" " * (LARGEST_BODY + 1), headers=told)
    problem_of(announced, status)


UNKNOWN = [
    ("registration", "GET", "/programmes/unknown", None),
    ("registration", "POST", "/programmes/unknown/open", None),
    ("registration", "PUT", "/programmes/unknown/terms", NEW["terms"]),
    ("registration", "POST", "/programmes/unknown/participants", APPLICATION),
    ("registration", "POST", "/programmes/unknown/import", None),
    ("registration", "GET", "/programmes/unknown/participants", None),
    ("registration", "GET", "/participants/unknown", None),
    ("registration", "POST", "/participants/unknown/trained", None),
    ("registration", "GET", "/board/unknown", None),
    ("registration", "GET", "/static/unknown/style.css", None),
    ("matching", "POST", "/programmes/unknown/rounds", None),
    ("matching", "GET", "/programmes/unknown/pairs", None),
    ("matching", "GET", "/programmes/unknown/waiting", None),
    ("matching", "GET", "/rounds/unknown", None),
    ("matching", "POST", "/rounds/unknown/again", None),
    ("matching", "POST", "/rounds/unknown/approve", None),
    ("matching", "POST", "/rounds/unknown/cancel", None),
    ("matching", "GET", "/rounds/unknown/compare/unknown", None),
    ("matching", "POST", "/pairs/unknown/approve", None),
    ("matching", "POST", "/pairs/unknown/refuse", None),
    ("matching", "GET", "/pairs/unknown", None),
    ("matching", "POST", "/pairs/unknown/dissolve", {"because": "manager"}),
    ("sessions", "GET", "/programmes/unknown/sessions", None),
    ("sessions", "GET", "/pairs/unknown/sessions", None),
    ("sessions", "GET", "/sessions/unknown", None),
    ("sessions", "POST", "/sessions/unknown/held", None),
    ("sessions", "POST", "/sessions/unknown/cancel", {"because": "ill"}),
    ("feedback", "GET", "/programmes/unknown/summary", None),
    ("feedback", "GET", "/pairs/unknown/momentum", None),
    ("feedback", "POST", "/sessions/unknown/pulse", PULSE),
    *((service, "GET", "/nowhere", None) for service in BODIES),
]


@pytest.mark.parametrize(("service", "method", "path", "body"), UNKNOWN)
async def test_what_is_not_there_is_told_so(
    apps: dict[str, FastAPI], service: str, method: str, path: str, body: Any
) -> None:
    problem_of(await ask(apps[service], method, path, json=body), 404)


@pytest.mark.parametrize("strange", ["%2e%2e", "%00", "%ff", "x" * 5000])
async def test_a_strange_id_is_refused(apps: dict[str, FastAPI], strange: str) -> None:
    answer = await ask(apps["registration"], "GET", f"/programmes/{strange}")
    problem_of(answer, answer.status_code)
    assert answer.status_code in (404, 422)


@every_service
async def test_another_method_is_told_which_are_allowed(apps: dict[str, FastAPI], service: str) -> None:
    answer = await ask(apps[service], "DELETE", BODIES[service])
    problem_of(answer, 405)
    assert "POST" in answer.headers["allow"]


@every_service
async def test_a_method_nobody_knows_makes_no_metric(apps: dict[str, FastAPI], service: str) -> None:
    for n in range(3):
        problem_of(await ask(apps[service], f"INVENTED{n}", "/health/live"), 405)

    samples = apps[service].state.running.telemetry.requests.collect()[0].samples
    methods = {sample.labels["method"] for sample in samples}
    assert "other" in methods
    assert not any("INVENTED" in method for method in methods)


@every_service
async def test_a_database_that_is_away_is_told_as_such(service: str) -> None:
    app = next(each for each in SERVICES if each.name == service).app(settings_for(ISSUER))
    path = {
        "registration": "/programmes",
        "matching": f"/pairs/{PAIR}",
        "sessions": f"/sessions/{HELD}",
        "feedback": f"/pairs/{PAIR}/momentum",
    }[service]
    with pymongo.timeout(0.2):
        answer = await ask(app, "GET", path)
    problem_of(answer, 503)
    assert answer.headers["retry-after"]
    assert "127.0.0.1" not in answer.text
