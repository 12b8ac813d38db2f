"""What a browser that is signed in may send: our own forms, shown to this session, from a page of ours."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict

from shared.web.access import Access, Manager, csrf
from shared.web.door.session import RENEWED_AFTER
from shared.web.guarded import Guarded
from shared.web.problems import explain_errors
from tests.support.apps import bearer, client_of
from tests.support.browsers import FORM, HERE, form_token, signed_in_cookie, with_a_door
from tests.support.tokens import ISSUED_BY, claims, signed

SETTINGS = with_a_door(ISSUED_BY)
ACCESS = Access(SETTINGS)
COOKIE = signed_in_cookie(ACCESS, "manager", employee_id="e-1")


class Filled(BaseModel):
    """A form that refuses whatever it does not know."""

    model_config = ConfigDict(extra="forbid")
    text: str


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(route_class=Guarded)

    @router.get("/page")
    async def page(request: Request, caller: Manager) -> str:
        return csrf(request)

    @router.post("/form")
    async def form(form: Annotated[Filled, Form()], caller: Manager) -> str:
        return form.text

    @router.post("/file")
    async def file(file: UploadFile, caller: Manager) -> int:
        return len(await file.read())

    @router.api_route("/deed", methods=["POST", "PUT", "PATCH", "DELETE"])
    async def deed(caller: Manager) -> str:
        return "done"

    app = FastAPI()
    app.state.access, app.state.settings, app.state.aggregates, app.state.store = ACCESS, SETTINGS, (), None
    explain_errors(app, SETTINGS)
    app.include_router(router)
    async with client_of(app) as client:
        yield client


def sent(cookie: str = COOKIE, *, origin: str | None = HERE, **more: str) -> dict[str, str]:
    """Headers of what a browser sends."""
    return {"Cookie": cookie} | ({"Origin": origin} if origin is not None else {}) | more


async def code_of(browser: httpx.AsyncClient, path: str = "/form", **more: Any) -> str:
    answer = await browser.post(path, **more)
    assert answer.status_code == 403, answer.text
    code: str = answer.json()["code"]
    return code


async def test_our_own_form_is_heard_and_the_route_is_given_its_fields(browser: httpx.AsyncClient) -> None:
    shown = (await browser.get("/page", headers=sent())).json()
    answer = await browser.post("/form", headers=sent(), data={"text": "é", "csrf": shown})
    assert (answer.status_code, answer.json()) == (200, "é")


async def test_a_form_with_a_file_is_heard(browser: httpx.AsyncClient) -> None:
    data, files = {"csrf": form_token(ACCESS, COOKIE)}, {"file": ("a.csv", b"12345")}
    assert (await browser.post("/file", headers=sent(), data=data, files=files)).json() == 5
    assert await code_of(browser, "/file", headers=sent(), files=files) == "form-is-not-yours"


async def test_a_script_may_send_it_as_a_header(browser: httpx.AsyncClient) -> None:
    token = {"X-CSRF": form_token(ACCESS, COOKIE)}
    answers = [
        await browser.post("/form", headers=sent(**token), data={"text": "a"}),
        *[await browser.request(method, "/deed", headers=sent(**token)) for method in ("POST", "PUT", "DELETE")],
    ]
    assert [answer.status_code for answer in answers] == [200] * 4


@pytest.mark.parametrize("origin", [None, "null", "", "https://evil.example", "https://127.0.0.1", f"{HERE}:81", "*"])
async def test_what_another_site_sends_is_refused_whatever_it_carries(
    browser: httpx.AsyncClient, origin: str | None
) -> None:
    carried = {"text": "a", "csrf": form_token(ACCESS, COOKIE)}
    headers = sent(origin=origin, Referer=f"{HERE}/page")
    assert await code_of(browser, headers=headers, data=carried) == "not-from-our-page"
    assert await code_of(browser, headers=headers | {"X-CSRF": carried["csrf"]}, data=carried) == "not-from-our-page"


async def test_two_origins_are_none(browser: httpx.AsyncClient) -> None:
    headers = [("Cookie", COOKIE), ("Origin", HERE), ("Origin", "https://evil.example")]
    carried = {"text": "a", "csrf": form_token(ACCESS, COOKIE)}
    assert await code_of(browser, headers=headers, data=carried) == "not-from-our-page"


async def test_a_form_that_was_not_shown_to_this_session_is_refused(browser: httpx.AsyncClient) -> None:
    another = form_token(ACCESS, signed_in_cookie(ACCESS, "manager", employee_id="e-1"))
    own = form_token(ACCESS, COOKIE)
    for token in ("", "x", another, own[:-4], own + own, "é", "A" * len(own)):
        assert await code_of(browser, headers=sent(), data={"text": "a", "csrf": token}) == "form-is-not-yours", token
    assert await code_of(browser, headers=sent(), data={"text": "a"}) == "form-is-not-yours"
    assert await code_of(browser, "/deed", headers=sent(**FORM)) == "form-is-not-yours"
    assert await code_of(browser, "/deed", headers=sent(**{"X-CSRF": another})) == "form-is-not-yours"


async def test_in_an_address_it_counts_for_nothing(browser: httpx.AsyncClient) -> None:
    params = {"csrf": form_token(ACCESS, COOKIE)}
    answer = await browser.post("/form", headers=sent(), params=params, data={"text": "a"})
    assert answer.status_code == 422, "no address of ours has one"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencodedx", ""])
async def test_whatever_is_no_form_is_refused_with_a_cookie(browser: httpx.AsyncClient, kind: str) -> None:
    token = form_token(ACCESS, COOKIE)
    for more in ({}, {"X-CSRF": token}):
        headers = sent(**{"Content-Type": kind}, **more)
        content = f'{{"text": "a", "csrf": "{token}"}}'
        assert await code_of(browser, headers=headers, content=content) == "cookie-without-a-form"


async def test_each_page_shows_another_text_for_the_same(browser: httpx.AsyncClient) -> None:
    shown = {(await browser.get("/page", headers=sent())).json() for _ in range(20)}
    assert len(shown) == 20
    session = ACCESS.visitor(_get(COOKIE)).session
    assert session and not [each for each in shown if session.secret in each]


def _get(cookie: str) -> Request:
    return Request({"type": "http", "method": "GET", "headers": [(b"cookie", cookie.encode())]})


async def test_a_form_is_bounded_before_it_is_known_whose_it_is(browser: httpx.AsyncClient) -> None:
    token = form_token(ACCESS, COOKIE)
    answer = await browser.post("/form", headers=sent(), data={"text": "x" * 1024 * 1024, "csrf": token})
    assert answer.status_code == 413
    many = {f"f{number}": "" for number in range(600)}
    assert (await browser.post("/form", headers=sent(), data={**many, "csrf": token})).status_code == 400


async def test_a_token_needs_none_of_it(browser: httpx.AsyncClient) -> None:
    headers = bearer(signed(claims())) | sent(origin="https://evil.example")
    assert (await browser.post("/deed", headers=headers)).json() == "done"
    assert (await browser.get("/page", headers=bearer(signed(claims())))).json() == ""


async def test_a_wrong_token_is_not_made_good_by_a_cookie(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/page", headers=sent() | bearer("x.y.z"))).status_code == 401


async def test_whoever_is_answered_stays_signed_in(browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = signed_in_cookie(ACCESS, "manager", employee_id="e-1")
    assert "set-cookie" not in (await browser.get("/page", headers=sent(fresh))).headers
    later = time.time() + RENEWED_AFTER + 1
    monkeypatch.setattr("shared.web.door.session.time.time", lambda: later)
    answer = await browser.get("/page", headers=sent(fresh))
    renewed = answer.headers["set-cookie"].partition(";")[0]
    assert renewed != fresh
    assert (
        await browser.post("/form", headers=sent(renewed), data={"text": "a", "csrf": form_token(ACCESS, fresh)})
    ).status_code == 200, "a form shown before is still this session's"
