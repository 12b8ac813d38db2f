"""Every route × cookie: a browser looks as a token does, and sends our own forms, shown to it, from our pages."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.services import SERVICES
from shared.service import Service
from shared.web.access import ROLES, Access
from shared.web.door.forgery import READS
from tests.contract.test_access import address, guarded
from tests.support.apps import client_of
from tests.support.browsers import FORM, HERE, form_token, signed_in_cookie, with_a_door
from tests.support.tokens import ISSUED_BY, claims, signed

SETTINGS = with_a_door(ISSUED_BY)
ACCESS = Access(SETTINGS)


def cookie(*roles: str) -> str:
    return signed_in_cookie(ACCESS, *roles, employee_id="e1", countries=["*"])


EVERYBODY = cookie(*ROLES)


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    return {service.name: service.app(SETTINGS) for service in SERVICES}


def own(cookie: str) -> dict[str, str]:
    """Headers of our own form."""
    return {"Cookie": cookie, "Origin": HERE, "X-CSRF": form_token(ACCESS, cookie), **FORM}


async def asked(apps: Mapping[str, FastAPI], service: Service, method: str, path: str, **more: Any) -> httpx.Response:
    async with client_of(apps[service.name]) as client:
        return await client.request(method, address(path), **more)


@guarded
async def test_another_role_is_not_enough_for_a_browser_either(
    apps: dict[str, FastAPI], service: Service, method: str, path: str, roles: tuple[str, ...]
) -> None:
    for given in ([], [role for role in ROLES if role not in roles]):
        answer = await asked(apps, service, method, path, headers=own(cookie(*given)))
        assert (answer.status_code, answer.json()["code"]) == (403, "needs-a-role"), given


@guarded
async def test_a_browser_sends_nothing_but_our_own_forms(
    apps: dict[str, FastAPI], service: Service, method: str, path: str, roles: tuple[str, ...]
) -> None:
    if method in READS:
        return
    good = own(EVERYBODY)
    json = {**good, "Content-Type": "application/json"}
    no_token = {name: value for name, value in good.items() if name != "X-CSRF"}
    no_origin = {name: value for name, value in good.items() if name != "Origin"}
    for headers, content, code in (
        (no_origin, b"", "not-from-our-page"),
        ({**good, "Origin": "https://evil.example"}, b"", "not-from-our-page"),
        ({**good, "Origin": "null"}, b"", "not-from-our-page"),
        (json, b"{}", "cookie-without-a-form"),
        (no_token, b"", "form-is-not-yours"),
        ({**good, "X-CSRF": form_token(ACCESS, cookie(*ROLES))}, b"", "form-is-not-yours"),
    ):
        answer = await asked(apps, service, method, path, headers=headers, content=content)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


@guarded
async def test_what_is_no_session_opens_nothing(
    apps: dict[str, FastAPI], service: Service, method: str, path: str, roles: tuple[str, ...]
) -> None:
    for cookies in ("telemachus=x", EVERYBODY[:-8], f"telemachus_token={signed(claims())}"):
        answer = await asked(apps, service, method, path, headers=own(EVERYBODY) | {"Cookie": cookies})
        assert answer.status_code == 401


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_right_session_gets_past_the_door_of_every_service(apps: dict[str, FastAPI], service: Service) -> None:
    answer = await asked(apps, service, "POST", "/people/export", headers=own(EVERYBODY))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request"), "a form, where a program sends JSON"


async def test_a_browser_without_a_session_is_led_to_the_door_and_back(apps: dict[str, FastAPI]) -> None:
    async with client_of(apps["registration"]) as client:
        answer = await client.get("/board/p-1?after=a%26b", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/registration/sign-in?then=/board/p-1%3Fafter%3Da%2526b",
    )
