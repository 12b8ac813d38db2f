"""Whatever is asked for of a large programme, the event loop is not held: others are answered meanwhile."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from deploy.services import SERVICES
from services.matching.members.member import Member
from tests.support.apps import client_of, person, signed_in
from tests.support.asking import ISSUER
from tests.support.backends import Mongo
from tests.support.crowd import crowded
from tests.support.holding import holding
from tests.support.seeds import ANOTHER_ROUND, PROGRAMME, ROUND, TERMS

PEOPLE = 6000
LONGEST = 0.1
"""Seconds."""
TRIES = 6

PARTS = {
    "programme_id": PROGRAMME,
    "round_id": ROUND,
    "other_id": ANOTHER_ROUND,
    "participant_id": "crowd-00010",
    "pair_id": "pair-00010",
    "session_id": "session-pair-00010-1",
    "kind": "alarms",
}
"""What is there; of all else nothing is."""
MOST = {"/rounds/{round_id}/pairs": "?limit=500", "/rounds/{round_id}/left-over": "?limit=500"}
OF_MANAGERS = (f"/programmes/{PROGRAMME}", f"/board/{PROGRAMME}")
NO_END = {"/board/{programme_id}/live"}
"""It begins with what the page itself shows."""
ALL = {
    **signed_in(ISSUER, "manager", "operator", "participant", employee_id="e-m", countries=["*"]),
    "Accept-Language": "en-XA",
}


def _addresses(service: str, app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        if "GET" in (route.methods or ()) and route.path not in NO_END:
            yield (
                service,
                (route.path or "").format_map(defaultdict(lambda: "none", PARTS)) + MOST.get(route.path or "", ""),
            )


@pytest.fixture(scope="module")
async def apps(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    async with crowded(mongodb, "test_holding", PEOPLE) as apps:
        yield apps
    mongodb.drop("test_holding")


async def _longest(
    app: FastAPI, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **more: Any
) -> tuple[float, int]:
    """Of several tries the one in which it was held least, in seconds; and the answer's status."""
    best = float("inf")
    for _ in range(TRIES):
        async with client_of(app) as client, holding() as held:
            answer = await client.request(method, path, headers={**ALL, **headers}, **more)
        best = min(best, held.longest)
        if best < LONGEST:
            break
    return best, answer.status_code


async def test_nothing_that_is_looked_at_holds_the_loop(apps: dict[str, FastAPI]) -> None:
    found = {
        (service, address): await _longest(apps[service], "GET", address)
        for name in [service.name for service in SERVICES]
        for service, address in _addresses(name, apps[name])
    }
    assert {where: longest for where, (longest, _) in found.items() if longest >= LONGEST} == {}
    assert {where: status for where, (_, status) in found.items() if status == 500} == {}
    of_managers = [status for (_, address), (_, status) in found.items() if address.startswith(OF_MANAGERS)]
    assert of_managers == [200] * len(of_managers)
    assert len(of_managers) >= 10


EXPORTED = {"person_id": person("e-crowd-10")}
TRAINED = {"participant_ids": [f"crowd-{n:05}" for n in range(6000)]}
BLANK_LINES = b"\n" * 4_000_000
HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade,offers\n"
LONG_ROW = "e-1,A,a@b.example,mentor,FR,Europe/Paris,{many},u,3,{many}\n".format(many="fr;" * 16_000)
CONTRADICTED = "".join(
    f"e-{n},A,a@b.example,mentor,FR,Europe/Paris,en,u,3,{'fr|' * 16_000},m-{manager}\n"
    for n in range(20)
    for manager in (1, 2)
)
IMPORT = f"/programmes/{PROGRAMME}/import"

STRANGERS = {"participant_ids": [f"nobody-{n:05}" for n in range(10_000)]}


def _couples(many: int) -> list[dict[str, str]]:
    """Every mentor with the mentee behind them, then with the one behind that."""
    half = PEOPLE // 2
    return [
        {"mentor_id": f"crowd-{2 * (n % half):05}", "mentee_id": f"crowd-{2 * ((n + n // half) % half) + 1:05}"}
        for n in range(many)
    ]


ROUNDS = f"/programmes/{PROGRAMME}/rounds"
JSON = {"Content-Type": "application/json"}
APPLY = f"/programmes/{PROGRAMME}/participants"

SENT = {
    "an export of registration": ("registration", "/people/export", {"json": EXPORTED}),
    "an export of matching": ("matching", "/people/export", {"json": EXPORTED}),
    "an export of sessions": ("sessions", "/people/export", {"json": EXPORTED}),
    "an export of feedback": ("feedback", "/people/export", {"json": EXPORTED}),
    "pairs to be kept apart": ("matching", ROUNDS, {"json": {"forbid": _couples(5000)}}),
    "people to be trained": ("registration", f"/programmes/{PROGRAMME}/trained", {"json": TRAINED}),
    "strangers to be trained": ("registration", f"/programmes/{PROGRAMME}/trained", {"json": STRANGERS}),
    "half a million offers": ("registration", APPLY, {"json": {"profile": {"offers": [1] * 500_000}}}),
    "ninety thousand fields": ("registration", APPLY, {"json": {f"{n:x}": 1 for n in range(90_000)}}),
    "lists in lists": ("registration", APPLY, {"content": b"[" * 1_000_000, "headers": JSON}),
    "a long number": ("registration", APPLY, {"content": b"1" * 1_000_000, "headers": JSON}),
    "a file of blank lines": ("registration", IMPORT, {"content": HEADER.encode() + BLANK_LINES}),
    "a file of long cells": ("registration", IMPORT, {"content": (HEADER + LONG_ROW * 40).encode()}),
    "a file of rows that contradict each other": (
        "registration",
        IMPORT,
        {"content": (HEADER.strip() + ",manager_employee_id\n" + CONTRADICTED).encode()},
    ),
    "a file of one line": ("registration", IMPORT, {"content": HEADER.encode() + b"x" * 4_000_000}),
    "a file of commas": ("registration", IMPORT, {"content": HEADER.encode() + b"," * 4_000_000}),
    "a file of quotes": ("registration", IMPORT, {"content": HEADER.encode() + b'"' * 4_000_000}),
}


@pytest.mark.parametrize(("service", "path", "body"), SENT.values(), ids=SENT)
async def test_nothing_that_is_sent_holds_the_loop(
    apps: dict[str, FastAPI], service: str, path: str, body: dict[str, Any]
) -> None:
    longest, status = await _longest(apps[service], "POST", path, **body)
    assert longest < LONGEST
    assert status in (200, 202, 400, 409, 422)


async def test_a_round_of_thousands_who_are_put_together_does_not_hold_the_loop(apps: dict[str, FastAPI]) -> None:
    members = apps["matching"].state.store.collection(Member)
    await members.update_many({}, {"$set": {"trained": True}})
    wants = [{"topic": TERMS.topics[0], "level": 1, "priority": 3}]
    seniors = {"profile.grade": 9, "profile.unit": "another", "profile.wants": wants}
    await members.update_many({"profile.role": "mentee"}, {"$set": seniors})
    longest, status = await _longest(apps["matching"], "POST", ROUNDS, json={"lock": _couples(2500)})
    assert (longest < LONGEST, status) == (True, 202)
