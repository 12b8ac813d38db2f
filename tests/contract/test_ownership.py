"""A right role is not enough: managers reach their countries, participants what is theirs, by token as by cookie."""

import re
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import FastAPI

from deploy.services import SERVICES
from shared.language.terms import Terms
from tests.contract.test_access import app_of, asked_roles, routes
from tests.support.apps import client_of, new_issuer
from tests.support.backends import Mongo
from tests.support.browsers import DOOR, with_a_door
from tests.support.owned import (
    FOR_EVERYBODY,
    LISTED,
    OF_PAIR,
    OF_PAIR_ON_PAGES,
    OF_PEOPLE,
    OF_PEOPLE_ON_PAGES,
    OF_PROGRAMME,
    OF_PROGRAMME_ON_PAGES,
    OWN,
    OWN_ON_PAGES,
    PROPOSALS,
    SAID,
    TRIED_BY_MANAGERS,
    TRIED_BY_PARTICIPANTS,
    Call,
)
from tests.support.seeds import HELD, MENTEE, MENTOR, PAIR, PROGRAMME, TERMS, seeded
from tests.support.ways import ByCookie, ByToken, Filled, Way, Who, sent

ISSUER = new_issuer()
WAYS: dict[str, Way] = {"token": ByToken(ISSUER), "cookie": ByCookie(with_a_door(ISSUER))}
OF_BOTH = Who(("manager",), "e-m", ("FR", "GB", "DE"))
OF_ONE = Who(("manager",), "e-m", ("FR",))
ELSEWHERE = Who(("manager",), "e-m", ("DE",))
NOWHERE = Who(("manager",), "e-m")
THE_MENTOR = Who(("participant",), f"e-{MENTOR}")
THE_MENTEE = Who(("participant",), f"e-{MENTEE}")
A_STRANGER = Who(("participant",), "e-stranger")
NAMELESS = Who(("participant",))

FORGED = {"not-from-our-page", "cookie-without-a-form", "form-is-not-yours"}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture(scope="module")
async def untouched(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    """For those who get nowhere."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with seeded(ISSUER, mongodb, name, **DOOR) as apps:
        yield apps
    mongodb.drop(name)


@pytest.fixture
async def apps(mongodb: Mongo, database_name: str) -> AsyncIterator[dict[str, FastAPI]]:
    async with seeded(ISSUER, mongodb, database_name, **DOOR) as apps:
        yield apps


async def _status(apps: dict[str, FastAPI], call: Call, who: Who, way: Way) -> int:
    service, method, path, body = call
    async with client_of(apps[service]) as client:
        answer = await client.request(method, path, headers=way.headers(who, method), **sent(body))
    if answer.status_code == 403:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] not in FORGED, "it is not asked as a browser asks"
        assert not {MENTOR, MENTEE, "company.example"} & set(answer.text.split('"'))
    return answer.status_code


async def _refused(apps: dict[str, FastAPI], calls: Sequence[Call], way: Way, *callers: Who) -> list[Call]:
    """The calls that somebody got through with; a browser sends no JSON at all."""
    asked = [call for call in calls if way is WAYS["token"] or call[3] is None or isinstance(call[3], Filled)]
    return [call for call in asked for who in callers if await _status(apps, call, who, way) != 403]


async def _let_in(apps: dict[str, FastAPI], calls: Sequence[Call], way: Way, who: Who) -> dict[str, int]:
    """What became of those calls that were not answered well; streams go on for ever and are left out."""
    became = {
        f"{call[0]} {call[1]} {call[2]}": await _status(apps, call, who, way)
        for call in calls
        if not call[2].endswith("/live")
    }
    return {call: status for call, status in became.items() if status not in (200, 201, 202, 303)}


def _is_listed(service: str, method: str, path: str) -> bool:
    address = re.compile(re.sub(r"{[^}]*}", "[^/]+", path))
    return any(call[:2] == (service, method) and address.fullmatch(call[2]) for call in LISTED)


def test_every_route_of_people_is_listed_or_known_to_be_for_everybody() -> None:
    """Operators, and who answers for people, are no part of it: their role alone is what is asked for."""
    found = {
        f"{service.name} {method} {route.path}": _is_listed(service.name, method, route.path or "")
        for service in SERVICES
        for route in routes(app_of(service))
        if {"participant", "manager"} & set(asked_roles(route) or ())
        for method in route.methods or ()
    }
    assert {route for route, is_listed in found.items() if not is_listed} == set().union(*FOR_EVERYBODY.values())


async def test_a_manager_of_other_countries_reaches_nothing(untouched: dict[str, FastAPI], way: Way) -> None:
    theirs = OF_PROGRAMME + OF_PEOPLE + OF_PROGRAMME_ON_PAGES + OF_PEOPLE_ON_PAGES
    pairs = [call for call in OF_PAIR + OF_PAIR_ON_PAGES if "/pulse" not in call[2]]
    assert await _refused(untouched, theirs + pairs + TRIED_BY_MANAGERS, way, ELSEWHERE, NOWHERE) == []


async def test_a_manager_of_some_countries_does_not_decide_for_all(untouched: dict[str, FastAPI], way: Way) -> None:
    assert await _refused(untouched, OF_PROGRAMME + OF_PROGRAMME_ON_PAGES, way, OF_ONE) == []


async def test_participants_do_not_decide_about_proposals(untouched: dict[str, FastAPI], way: Way) -> None:
    assert await _refused(untouched, PROPOSALS, way, THE_MENTOR, THE_MENTEE, ELSEWHERE) == []
    assert await _refused(untouched, [call for call in PROPOSALS if "desk" not in call[2]], way, OF_ONE) == []


@pytest.mark.parametrize(("by", "calls"), [("token", OF_PEOPLE), ("cookie", OF_PEOPLE_ON_PAGES)], ids=WAYS)
async def test_a_manager_of_some_countries_reaches_their_people(
    apps: dict[str, FastAPI], by: str, calls: list[Call]
) -> None:
    assert await _let_in(apps, [call for call in calls if "import" not in call[2]], WAYS[by], OF_ONE) == {}
    others: list[Call] = [
        ("registration", "GET", f"/participants/{MENTEE}", None),
        ("registration", "GET", f"/everybody/{PROGRAMME}/one/{MENTEE}", None),
        ("registration", "GET", f"/everybody/{PROGRAMME}/one/{MENTEE}/change", None),
        ("registration", "POST", f"/everybody/{PROGRAMME}/one/{MENTEE}/change", SAID),
    ]
    assert await _refused(apps, others, WAYS[by], OF_ONE) == []


@pytest.mark.parametrize(("by", "calls"), [("token", OF_PROGRAMME), ("cookie", OF_PROGRAMME_ON_PAGES)], ids=WAYS)
async def test_a_manager_of_all_countries_decides(apps: dict[str, FastAPI], by: str, calls: list[Call]) -> None:
    assert await _let_in(apps, calls, WAYS[by], OF_BOTH) == {}


async def test_nobody_reaches_what_belongs_to_others(untouched: dict[str, FastAPI], way: Way) -> None:
    assert await _refused(untouched, OF_PAIR + OF_PAIR_ON_PAGES, way, A_STRANGER, NAMELESS) == []
    assert await _refused(untouched, TRIED_BY_PARTICIPANTS, way, A_STRANGER, NAMELESS) == []
    assert await _refused(untouched, OWN, way, A_STRANGER, NAMELESS, THE_MENTEE) == []
    assert await _refused(untouched, OWN_ON_PAGES, way, A_STRANGER, NAMELESS) == []


@pytest.mark.parametrize(("by", "calls"), [("token", OF_PAIR), ("cookie", OF_PAIR_ON_PAGES)], ids=WAYS)
@pytest.mark.parametrize("who", [THE_MENTOR, THE_MENTEE], ids=["mentor", "mentee"])
async def test_the_two_reach_what_is_theirs(apps: dict[str, FastAPI], who: Who, by: str, calls: list[Call]) -> None:
    assert await _let_in(apps, [call for call in calls if "move" not in call[2]], WAYS[by], who) == {}


@pytest.mark.parametrize(("by", "calls"), [("token", [OWN[0], OWN[2], OWN[1]]), ("cookie", OWN_ON_PAGES)], ids=WAYS)
async def test_the_mentor_reaches_what_is_the_mentors(apps: dict[str, FastAPI], by: str, calls: list[Call]) -> None:
    assert await _let_in(apps, calls, WAYS[by], THE_MENTOR) == {}


async def test_lists_show_only_who_is_covered(untouched: dict[str, FastAPI], way: Way) -> None:
    async with client_of(untouched["registration"]) as client:
        path = f"/programmes/{PROGRAMME}/participants"
        people = (await client.get(path, headers=way.headers(OF_ONE, "GET"))).json()
    assert [each["participant_id"] for each in people] == [MENTOR]
    async with client_of(untouched["matching"]) as client:
        path = f"/programmes/{PROGRAMME}/pairs"
        pairs = [(await client.get(path, headers=way.headers(who, "GET"))).json() for who in (OF_ONE, ELSEWHERE)]
    assert [[each["pair_id"] for each in seen] for seen in pairs] == [[PAIR], []]


async def test_a_manager_cannot_take_over_a_programme_by_changing_its_countries(untouched: dict[str, FastAPI]) -> None:
    taken = Terms.model_validate({**TERMS.model_dump(mode="json"), "countries": ["DE"]}).model_dump(mode="json")
    call: Call = ("registration", "PUT", f"/programmes/{PROGRAMME}/terms", taken)
    assert await _refused(untouched, [call], WAYS["token"], ELSEWHERE) == []


async def test_a_manager_answers_no_pulse_for_others(untouched: dict[str, FastAPI], way: Way) -> None:
    calls: list[Call] = [("feedback", "POST", f"/sessions/{HELD}/pulse", {"feeling": 1, "useful": 1})]
    calls += [call for call in OF_PAIR_ON_PAGES if "/pulse" in call[2]]
    both = Who(("manager", "participant"), "e-m", ("*",))
    assert await _refused(untouched, calls, way, OF_BOTH, both) == []
