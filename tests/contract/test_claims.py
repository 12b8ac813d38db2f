"""Claims nobody expects: whatever an identity provider writes into a token, it opens no door but those it names."""

from typing import Any

import pytest
from fastapi import FastAPI

from deploy.services import SERVICES
from shared.web.access import Access, Caller
from tests.support.apps import bearer, client_of, person, settings_for
from tests.support.tokens import ISSUED_BY, claims, signed

ACCESS = Access(settings_for(ISSUED_BY))
ROLES = ("participant", "manager", "operator")


async def caller(**said: Any) -> Caller:
    return await ACCESS.caller(signed(claims(**said)))


@pytest.mark.parametrize(
    "roles", [["participant"], ["operator"], ["participant", "operator"], "participant", ["Manager"]]
)
@pytest.mark.parametrize("countries", [["*"], ["FR"], "*", "FR GB"])
async def test_countries_make_nobody_a_manager(roles: Any, countries: Any) -> None:
    somebody = await caller(roles=roles, countries=countries)
    assert not somebody.covers(["FR"]) and not somebody.covers([])
    assert somebody.managed(["FR", "GB"]) == []


@pytest.mark.parametrize(
    "countries", [None, [], "", [""], [None], {}, {"FR": True}, 33, True, [["FR"]], ["FR GB"], ["**"]]
)
async def test_a_manager_of_no_country_that_can_be_read_manages_nobody(countries: Any) -> None:
    somebody = await caller(roles=["manager"], countries=countries)
    assert somebody.has("manager")
    assert not any(somebody.covers(where) for where in ([], ["FR"], ["GB"], ["FR", "GB"], ["*"]))


@pytest.mark.parametrize("countries", [["FR", "FR"], "FR", " FR  FR ", ["fr"], ["FR", 33, None, ["GB"]], ["FR", "ZZ"]])
async def test_of_countries_those_that_can_be_read_count(countries: Any) -> None:
    somebody = await caller(roles=["manager"], countries=countries)
    assert somebody.managed(["FR", "GB"]) == ["FR"]


@pytest.mark.parametrize(
    ("roles", "meant"),
    [
        ("manager", {"manager"}),
        ("participant manager", {"participant", "manager"}),
        (["manager", "manager"], {"manager"}),
        (["manager", "superuser", ""], {"manager"}),
        (["participant manager"], set()),
        (["MANAGER"], set()),
        ([["manager"]], set()),
        ([{"name": "manager"}], set()),
        ({"manager": True}, set()),
        ([None, 1, True], set()),
        ([], set()),
        ("", set()),
        (None, set()),
        (7, set()),
        (True, set()),
    ],
)
async def test_roles_are_those_that_are_named(roles: Any, meant: set[str]) -> None:
    somebody = await caller(roles=roles)
    assert {role for role in ROLES if role in somebody.roles} == meant


@pytest.mark.parametrize(
    ("number", "meant"),
    [(4711, "4711"), ("4711", "4711"), ("", None), (None, None), (0, None), ([], None), ({}, None), (False, None)],
    ids=str,
)
async def test_an_employee_number_may_be_a_number(number: Any, meant: str | None) -> None:
    assert (await caller(employee_id=number)).person_id == (person(meant) if meant else None)


@pytest.mark.parametrize("number", [["4711"], {"id": "4711"}, True, [["4711"]]], ids=str)
async def test_what_is_no_employee_number_is_nobodys(number: Any) -> None:
    somebody = await caller(employee_id=number)
    assert somebody.person_id is None and not somebody.ids


ODD: tuple[Any, ...] = (
    None,
    "",
    "manager",
    [],
    [[]],
    [None],
    [1],
    {},
    {"a": []},
    10**30,
    True,
    "x" * 2000,
    ["x"] * 100,
)


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    return {service.name: service.app(settings_for(ISSUED_BY)) for service in SERVICES}


@pytest.mark.parametrize("claim", ["roles", "countries", "employee_id", "sub", "scope", "groups"])
async def test_no_claim_is_our_fault(apps: dict[str, FastAPI], claim: str) -> None:
    async with client_of(apps["registration"]) as client:
        for odd in ODD:
            headers = bearer(signed(claims(**{claim: odd})))
            answer = await client.post("/programmes", headers=headers, json={})
            assert answer.status_code in (401, 403, 422), (odd, answer.text)
