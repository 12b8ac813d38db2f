"""No address, query, header or body, however odd, is answered with a fault of ours.

Every route is asked with odd words in each place of its own; what is a fine word there by chance may be answered.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from deploy.services import SERVICES
from shared.web.described.openapi import told
from tests.support.apps import client_of, settings_for, signed_in
from tests.support.asking import APPLICATION, ISSUER, NEW, PULSE, ask, changed, problem_of
from tests.support.backends import Mongo
from tests.support.seeds import COMING, HELD, MENTOR, PROGRAMME, seeded
from tests.support.tokens import ISSUED_BY

ODD = [
    "%00",
    "%0A",
    "%0D%0A",
    "%1B%5B31m",
    "%ED%A0%80",
    "%FF",
    "%E2%80%AE",
    "%F4%8F%BF%BF",
    "%20",
    "%2e%2e%2f",
    "%24ne",
]
ODD += ["a" * 5000, "9" * 5000, "1e999", "NaN", "-0", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "[]"]
ODD_HEADERS: dict[str, list[bytes]] = {
    "accept-language": [b"\xff\xfe", b"en;q=\x80", b"," * 9000, b"x" * 9000, b"en;q=1e999", b"\xed\xa0\x80"],
    "accept": [b"\xff", b"text/html;\x80", b"*/*;q=nan"],
    "authorization": [b"Bearer \xff\xfe", b"Bearer " + b"." * 9000, b"bearer a.b.c", b"Bearer eyJhbGciOm51bGx9.e30."],
    "cookie": [b"telemachus_token=\xff", b"=;=;=", b"telemachus_token=" + b"a" * 9000],
    "traceparent": [b"\xff\xfe", b"00-" + b"0" * 9000, b"00-zz-zz-zz"],
    "content-type": [b"\xff", b"application/json; charset=utf-16", b"application/\x80json", b";" * 9000],
    "if-match": [b"\xff", b'W/"'],
    "idempotency-key": [b"\xff", b"x" * 9000],
    "host": [b"\xff", b"[", b"a" * 9000],
    "x-forwarded-for": [b"\xff"],
}
EVERYBODY = signed_in(ISSUER, "manager", "operator", "participant", employee_id="e-m", countries=["*"])
STREAMS_FOR_EVER = "/board/{programme_id}/live"
ANYBODYS = {"programme_id": PROGRAMME, "session_id": HELD, "participant_id": MENTOR}


@dataclass(frozen=True)
class Route:
    """One way to ask one service."""

    service: str
    method: str
    path: str
    places: tuple[str, ...]
    """What stands in braces in its path."""
    queries: tuple[str, ...]

    def at(self, **words: str) -> str:
        """Its address with these words, and elsewhere such as everybody has."""
        return self.path.format(**{place: words.get(place, ANYBODYS.get(place, "x")) for place in self.places})


def routes() -> Iterator[Route]:
    """Every route of every service, also those that no document tells of."""
    for service in SERVICES:
        app = service.app(settings_for(ISSUED_BY))
        documented = told(app)["paths"]
        for route in iter_route_contexts(app.routes):
            path = str(route.path_format)
            for method in sorted(route.methods or ()):
                parameters = documented.get(path, {}).get(method.lower(), {}).get("parameters", ())
                queries = tuple(each["name"] for each in parameters if each["in"] == "query")
                places = tuple(piece.partition("}")[0] for piece in path.split("{")[1:])
                if path != STREAMS_FOR_EVER:
                    yield Route(service.name, method, path, places, queries)


ROUTES = list(routes())


@pytest.fixture(scope="module")
async def apps(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    """One for all."""
    async with seeded(ISSUER, mongodb, "test_odd_requests") as apps:
        yield apps
    mongodb.drop("test_odd_requests")


def named(route: Route) -> str:
    return f"{route.service} {route.method} {route.path}"


@pytest.mark.parametrize("route", [each for each in ROUTES if each.places], ids=named)
async def test_an_odd_word_in_an_address_is_no_fault_of_ours(apps: dict[str, FastAPI], route: Route) -> None:
    async with client_of(apps[route.service]) as client:
        for place in route.places:
            for word in ODD:
                answer = await client.request(route.method, route.at(**{place: word}), headers=EVERYBODY)
                assert answer.status_code < 500, (word, answer.text)


@pytest.mark.parametrize("route", [each for each in ROUTES if each.queries], ids=named)
async def test_an_odd_word_in_a_query_is_no_fault_of_ours(apps: dict[str, FastAPI], route: Route) -> None:
    async with client_of(apps[route.service]) as client:
        for query in (*route.queries, "%ED%A0%80", "%00", "a" * 5000):
            for word in ODD:
                url = f"{route.at()}?{query}={word}"
                answer = await client.request(route.method, url, headers=EVERYBODY)
                assert answer.status_code < 500, (query, word, answer.text)


ASKED = {
    "registration": ("POST", "/programmes"),
    "matching": ("POST", f"/programmes/{PROGRAMME}/rounds"),
    "sessions": ("POST", f"/sessions/{COMING}/move"),
    "feedback": ("POST", f"/sessions/{HELD}/pulse"),
}


@pytest.mark.parametrize("header", ODD_HEADERS)
@pytest.mark.parametrize("service", ASKED)
async def test_an_odd_header_is_no_fault_of_ours(apps: dict[str, FastAPI], service: str, header: str) -> None:
    method, path = ASKED[service]
    async with client_of(apps[service]) as client:
        for value in ODD_HEADERS[header]:
            own = {name.lower().encode(): text.encode() for name, text in EVERYBODY.items()}
            headers = {b"content-type": b"application/json", **own, header.encode(): value}
            for how, where in ((method, path), ("GET", path)):
                answer = await client.request(how, where, headers=headers, content=b"{}")
                assert answer.status_code < 500, (value, answer.text)


NOT_TAKEN = [
    ("registration", "/programmes", changed(NEW, "terms.title", title), "terms.title")
    for title in ("two\nlines", "\x1b[31mred", "a\u202eb", " \t ", "\u3164\u3164\u3164", "nul\x00nul")
]
NOT_TAKEN += [
    ("registration", "/programmes", changed(NEW, "terms.starts_on", "0001-01-01"), "terms.starts_on"),
    ("registration", "/programmes", changed(NEW, "terms.ends_on", "9999-12-31"), "terms.ends_on"),
    ("registration", "/programmes", changed(NEW, "terms.ends_on", 0), "terms.ends_on"),
    ("registration", "/people/erase", {"employee_id": "4711\x00"}, "employee_id"),
    ("sessions", f"/sessions/{COMING}/move", {"starts_at": "9999-12-31T23:59:00-14:00"}, "starts_at"),
    ("feedback", f"/sessions/{HELD}/pulse", changed(PULSE, "comment", "\x1b[0m"), "comment"),
]
NOT_TAKEN += [
    ("registration", f"/programmes/{PROGRAMME}/participants", changed(APPLICATION, place, value), field)
    for place, value, field in (
        ("profile.unit", "a\nb", "profile.unit"),
        ("profile.city", "\x07", "profile.city"),
        ("profile.interests", ["x\u2028x"], "profile.interests.0"),
    )
]
OBJECTIVE = {"id": "o", "title": "More of it", "baseline": 1, "target": 2}


@pytest.mark.parametrize(("service", "path", "body", "field"), NOT_TAKEN)
async def test_what_nobody_should_read_or_reckon_with_is_not_taken(
    apps: dict[str, FastAPI], service: str, path: str, body: dict[str, object], field: str
) -> None:
    problem = problem_of(await ask(apps[service], "POST", path, json=body), 422)
    assert [each["field"] for each in problem["fields"]] == [field]
    assert problem["detail"].isprintable()


@pytest.mark.parametrize("figure", ["1e999", "-1e999", "NaN", "Infinity", "1" * 400, "1" * 5000])
async def test_an_objective_is_a_finite_number(apps: dict[str, FastAPI], figure: str) -> None:
    body = changed(NEW, "terms.objectives", [{**OBJECTIVE, "baseline": "FIGURE"}])
    content = httpx.Request("POST", "http://test", json=body).content.replace(b'"FIGURE"', figure.encode())
    answer = await ask(
        apps["registration"], "POST", "/programmes", content=content, headers={"Content-Type": "application/json"}
    )
    problem_of(answer, 422)


@pytest.mark.parametrize("service", ASKED)
@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("bound", ["since", "until"])
async def test_a_replay_has_an_end(apps: dict[str, FastAPI], service: str, edge: str, bound: str) -> None:
    answer = await ask(apps[service], "POST", "/operations/replay", json={bound: edge}, headers=dict(EVERYBODY))
    assert [each["field"] for each in problem_of(answer, 422)["fields"]] == [bound]


@pytest.mark.parametrize("stream", ["telemachus.nothing", "\u202e", "\x00", "x" * 900_000])
async def test_what_is_no_stream_is_told_which_are(apps: dict[str, FastAPI], stream: str) -> None:
    answer = await ask(apps["sessions"], "POST", "/operations/replay", json={"stream": stream}, headers=dict(EVERYBODY))
    [field] = problem_of(answer, 422)["fields"]
    assert "telemachus.sessions" in field["facts"]["expected"]
    assert len(answer.content) < 5000
