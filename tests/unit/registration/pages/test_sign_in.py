"""Signing in with an OpenID Connect provider, whatever that or somebody in between says; and signing out."""

import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from fastapi import FastAPI

from deploy.local.issuer import CLIENT, ISSUER
from services.registration.app import service
from services.registration.pages.sign_in.then import ours
from shared.web.access import Access
from shared.web.door.attempt import MOST, WITHIN
from tests.support.apps import client_of, person, settings_for
from tests.support.browsers import HERE, Jar, asking, form_token, with_a_door
from tests.support.tokens import ISSUED_BY
from tests.support.told import Told, new_key

CALLBACK = f"{HERE}/registration/sign-in/callback"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    told.instead(monkeypatch)
    return told


@pytest.fixture
def app() -> FastAPI:
    return service.app(with_a_door(ISSUED_BY))


@pytest.fixture
async def browser(app: FastAPI, provider: Told) -> AsyncIterator[Jar]:
    async with client_of(app) as client:
        yield Jar(client)


async def led_away(browser: Jar, provider: Told, then: str = "/") -> dict[str, str]:
    """Somebody begins; with what they arrive at the provider."""
    answer = await browser.get(f"/sign-in?then={quote(then)}")
    assert answer.status_code == 303, answer.text
    return provider.sent_to(answer.headers["location"])


async def come_back(browser: Jar, provider: Told, asked: dict[str, str], **said: str) -> Any:
    """And with what they come back."""
    query = {"state": asked["state"], "code": "a code", "iss": ISSUER} | said
    return await browser.get(f"/sign-in/callback?{urlencode({k: v for k, v in query.items() if v})}")


async def signed_in(browser: Jar, provider: Told, then: str = "/", **said: str) -> Any:
    return await come_back(browser, provider, await led_away(browser, provider, then), **said)


async def _again(browser: Jar, asked: dict[str, str], **said: str) -> Any:
    query = {"state": asked["state"], "code": "a code", "iss": ISSUER} | said
    return await browser.get(f"/sign-in/callback?{urlencode(query)}", headers={"Accept": "*/*"})


def _code(answer: Any) -> str:
    code: str = answer.json()["code"]
    return code


async def test_somebody_is_sent_with_what_makes_the_answer_theirs(browser: Jar, provider: Told) -> None:
    asked = await led_away(browser, provider)
    assert {name: asked[name] for name in ("response_type", "client_id", "redirect_uri", "code_challenge_method")} == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "code_challenge_method": "S256",
    }
    other = await led_away(browser, provider)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 32 and asked[name] != other[name], name


async def test_whoever_comes_back_is_signed_in_where_they_wanted_to_be(browser: Jar, provider: Told) -> None:
    answer = await signed_in(browser, provider, "/board/p-1?after=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board/p-1?after=a%20b")
    caller = _caller(browser)
    assert (caller.person_id, caller.roles, caller.countries) == (
        person("e1"),
        frozenset({"manager"}),
        frozenset({"FR"}),
    )
    assert caller.session and caller.session.name == "Zoë"
    assert browser.names == {"telemachus", "telemachus_hint"}, "the attempt is over"


def _caller(browser: Jar) -> Any:
    access = Access(with_a_door(ISSUED_BY))
    return access.visitor(asking("GET", f"telemachus={browser.cookies['/', 'telemachus']}"))


async def test_the_code_is_exchanged_by_whoever_has_begun(browser: Jar, provider: Told) -> None:
    asked = await led_away(browser, provider)
    await come_back(browser, provider, asked)
    [form] = [said["data"] for path, said in provider.asked if path == "/token"]
    verifier = form.pop("code_verifier")
    assert form == {
        "grant_type": "authorization_code",
        "code": "a code",
        "redirect_uri": CALLBACK,
        "client_id": CLIENT,
    }
    assert urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() == asked["code_challenge"]


@pytest.mark.parametrize(
    ("ways", "shown"),
    [(None, "auth"), (["client_secret_post", "client_secret_basic"], "auth"), (["client_secret_post"], "data")],
)
async def test_a_secret_is_shown_as_the_provider_takes_it(provider: Told, ways: Any, shown: str) -> None:
    if ways:
        provider.document["token_endpoint_auth_methods_supported"] = ways
    async with client_of(service.app(with_a_door(ISSUED_BY, sign_in_client_secret="s+ö"))) as client:
        await signed_in(Jar(client), provider)
    [said] = [said for path, said in provider.asked if path == "/token"]
    if shown == "auth":
        assert said["auth"] == (CLIENT, "s%2B%C3%B6") and "client_secret" not in said["data"]
    else:
        assert said["data"]["client_secret"] == "s+ö" and "auth" not in said


NOT_FOR_US: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://elsewhere.invalid"},
    "of no issuer": {"iss": None},
    "for another client": {"aud": "another"},
    "a bearer token": {"aud": "telemachus"},
    "for nobody": {"aud": None},
    "for several, by nobody": {"aud": [CLIENT, "another"]},
    "for several, by another": {"aud": [CLIENT, "another"], "azp": "another"},
    "by another": {"azp": "another"},
    "of another attempt": {"nonce": "x" * 32},
    "of no attempt": {"nonce": None},
    "with a nonce of no shape": {"nonce": ["a"]},
    "expired": {"exp": int(time.time()) - 120},
    "without an end": {"exp": None},
    "made tomorrow": {"iat": int(time.time()) + 86400},
    "of no person": {"sub": None},
}


@pytest.mark.parametrize("why", NOT_FOR_US)
async def test_an_id_token_that_is_not_for_this_signs_nobody_in(browser: Jar, provider: Told, why: str) -> None:
    provider.claims = NOT_FOR_US[why]
    answer = await signed_in(browser, provider)
    assert answer.status_code == 400
    assert "does not hold" in answer.text
    assert "telemachus" not in browser.names


@pytest.mark.parametrize("fine", [{"aud": [CLIENT]}, {"aud": [CLIENT, "another"], "azp": CLIENT}, {"azp": CLIENT}])
async def test_one_that_is_signs_somebody_in(browser: Jar, provider: Told, fine: dict[str, Any]) -> None:
    provider.claims = fine
    assert (await signed_in(browser, provider)).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-20, 303), (-60, 400)])
async def test_clocks_may_be_apart_a_little(browser: Jar, provider: Told, seconds: int, status: int) -> None:
    provider.claims = {"exp": int(time.time()) + seconds}
    assert (await signed_in(browser, provider)).status_code == status


async def test_one_that_is_signed_by_another_signs_nobody_in(browser: Jar, provider: Told) -> None:
    asked = await led_away(browser, provider)
    theirs = Told()
    theirs.nonce = provider.nonce
    provider.given = {"id_token": theirs.id_token()}
    assert (await come_back(browser, provider, asked)).status_code == 400


async def test_keys_are_rolled_and_asked_for_again(
    browser: Jar, provider: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await signed_in(browser, provider)).status_code == 303
    provider.key = new_key("second")
    later = time.monotonic() + 11
    monkeypatch.setattr("shared.web.door.tokens.time.monotonic", lambda: later)
    assert (await signed_in(browser, provider)).status_code == 303
    for _ in range(5):
        provider.given = {"id_token": "e30.e30.e30"}
        assert (await signed_in(browser, provider)).status_code == 400
    assert len([path for path, _ in provider.asked if path == "/keys"]) == 2


async def test_an_answer_nobody_waits_for_counts_for_nothing(browser: Jar, provider: Told) -> None:
    asked = await led_away(browser, provider)
    for state in ("", "x", "x" * 32, asked["state"][:8] + "y" * 24, "../" * 11, "é" * 32):
        answer = await come_back(browser, provider, asked, state=state)
        assert answer.status_code == 400
    assert not [path for path, _ in provider.asked if path == "/token"], "the provider is not even asked"
    assert (await come_back(browser, provider, asked)).status_code == 303


async def test_another_browser_cannot_end_what_this_one_has_begun(browser: Jar, provider: Told, app: FastAPI) -> None:
    asked = await led_away(browser, provider)
    async with client_of(app) as client:
        answer = await come_back(Jar(client), provider, asked)
    assert (answer.status_code, "telemachus=" in answer.headers.get("set-cookie", "")) == (400, False)


async def test_an_answer_counts_once(browser: Jar, provider: Told) -> None:
    asked = await led_away(browser, provider)
    await come_back(browser, provider, asked)
    assert _code(await _again(browser, asked)) == "sign-in-not-begun-here"


async def test_an_attempt_is_over_after_ten_minutes(
    browser: Jar, provider: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await led_away(browser, provider)
    later = time.time() + WITHIN + 1
    monkeypatch.setattr("shared.web.door.attempt.time.time", lambda: later)
    assert _code(await _again(browser, asked)) == "sign-in-not-begun-here"


async def test_several_attempts_do_not_hinder_each_other_and_are_not_many(browser: Jar, provider: Told) -> None:
    attempts = [await led_away(browser, provider, f"/{number}") for number in range(MOST + 3)]
    assert len(browser.names) == MOST
    last = attempts[-1]
    provider.nonce = last["nonce"]
    assert (await come_back(browser, provider, last)).headers["location"] == f"/{MOST + 2}"


async def test_the_answer_of_another_provider_is_none(browser: Jar, provider: Told) -> None:
    assert (await signed_in(browser, provider, iss="https://elsewhere.invalid")).status_code == 400
    assert (await signed_in(browser, provider, iss="")).status_code == 303, "not every provider says who it is"
    provider.document["authorization_response_iss_parameter_supported"] = True


async def test_one_that_says_who_it_is_always_does(browser: Jar, provider: Told) -> None:
    provider.document["authorization_response_iss_parameter_supported"] = True
    assert (await signed_in(browser, provider, iss="")).status_code == 400
    assert (await signed_in(browser, provider)).status_code == 303


@pytest.mark.parametrize(
    ("error", "shown"), [("access_denied", "access_denied"), ("<script>", "unknown"), ("x" * 50, "unknown")]
)
async def test_what_the_provider_refuses_is_told_by_its_name_alone(
    browser: Jar, provider: Told, error: str, shown: str
) -> None:
    answer = await signed_in(browser, provider, error=error, code="", error_description="somebody@example.com")
    assert answer.status_code == 400 and f"({shown})" in answer.text
    assert "script>" not in answer.text.partition("<main")[2] and "somebody" not in answer.text


@pytest.mark.parametrize(
    ("status", "given"),
    [
        (400, {"error": "invalid_grant"}),
        (500, "<html>"),
        (200, []),
        (200, {"access_token": "a"}),
        (200, {"id_token": 1}),
    ],
)
async def test_a_code_that_gives_nothing_signs_nobody_in(browser: Jar, provider: Told, status: int, given: Any) -> None:
    asked = await led_away(browser, provider)
    provider.status, provider.given = status, given
    answer = await come_back(browser, provider, asked)
    assert (answer.status_code, "telemachus" in browser.names) == (400, False)


async def test_what_is_not_in_the_token_is_asked_for(browser: Jar, provider: Told) -> None:
    provider.document["userinfo_endpoint"] = f"{ISSUER}/info"
    provider.claims = {"roles": None, "countries": None}
    provider.info = {"sub": "s", "roles": "operator", "countries": ["GB"], "employee_id": "another"}
    await signed_in(browser, provider)
    caller = _caller(browser)
    assert (caller.roles, caller.countries) == (frozenset({"operator"}), frozenset({"GB"}))
    assert caller.person_id == person("e1"), "what is signed counts"


@pytest.mark.parametrize("info", [{"sub": "another", "roles": ["operator"]}, {"roles": ["operator"]}, [], "x"])
async def test_what_is_told_of_another_is_not_theirs(browser: Jar, provider: Told, info: Any) -> None:
    provider.document["userinfo_endpoint"] = f"{ISSUER}/info"
    provider.claims, provider.info = {"roles": None}, info
    await signed_in(browser, provider)
    assert _caller(browser).roles == frozenset()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"issuer": "https://elsewhere.invalid"},
        {"issuer": None},
        {"authorization_endpoint": "http://telemachus.invalid/authorize"},
        {"token_endpoint": "http://telemachus.invalid/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
async def test_a_document_that_is_not_the_providers_leads_nowhere(
    browser: Jar, provider: Told, spoilt: dict[str, Any]
) -> None:
    provider.document |= spoilt
    answer = await browser.get("/sign-in")
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "2")


async def test_a_provider_that_is_away_is_asked_again_and_then_known(
    browser: Jar, provider: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.away = True
    assert [(await browser.get("/sign-in")).status_code for _ in range(3)] == [503] * 3
    assert len(provider.asked) == 1, "not by everybody who comes"
    provider.away = False
    now = [time.monotonic() + 6]
    monkeypatch.setattr("shared.web.door.discovery.time.monotonic", lambda: now[0])
    await led_away(browser, provider)
    provider.away = True
    now[0] += 700
    await led_away(browser, provider)


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "//[",
    "x",
    "",
    "/\n/evil.example",
    "/%00\0",
    "javascript:alert(1)",
    "/" + "x" * 5000,
    "/é",
]


@pytest.mark.parametrize("then", ELSEWHERE)
async def test_nobody_is_led_elsewhere(browser: Jar, provider: Told, then: str) -> None:
    assert ours(then) == "/"
    assert (await signed_in(browser, provider, then)).headers["location"] == "/"


async def test_whoever_came_by_another_name_is_led_to_the_one_with_the_cookies(app: FastAPI, provider: Told) -> None:
    async with client_of(app) as client:
        browser = Jar(client, "http://localhost")
        answer = await browser.get("/sign-in?then=/a")
        assert answer.headers["location"] == f"{HERE}/registration/sign-in?moved=true&then=/a"
        assert (await browser.get("/sign-in?moved=true&then=/a")).headers["location"].startswith(ISSUER), "once"


@pytest.mark.parametrize("less", [{"public_url": ""}, {"sign_in_client_id": ""}, {"session_keys": ""}])
async def test_where_nobody_signs_in_there_is_no_door(less: dict[str, str]) -> None:
    async with client_of(service.app(with_a_door(ISSUED_BY, **less))) as client:
        for path in ("/sign-in", "/sign-in/callback", "/signed-out"):
            assert (await client.get(path)).json()["code"] == "nobody-signs-in-here"
    assert not settings_for(ISSUED_BY).public_url


async def test_whoever_signs_out_is_nobody_here_and_led_to_the_provider(browser: Jar, provider: Told) -> None:
    await signed_in(browser, provider)
    answer = await browser.post("/sign-out", data={"csrf": _shown(browser)})
    assert answer.status_code == 200 and browser.names == set()
    address = answer.text.partition('<a href="' + ISSUER)[2].partition('"')[0].replace("&amp;", "&")
    said = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert said == {"client_id": CLIENT, "post_logout_redirect_uri": f"{HERE}/registration/signed-out"}


def _shown(browser: Jar) -> str:
    return form_token(Access(with_a_door(ISSUED_BY)), f"telemachus={browser.cookies['/', 'telemachus']}")


async def test_the_provider_is_told_who_leaves(app: FastAPI, provider: Told) -> None:
    async with client_of(app) as client:
        browser = Jar(client)
        await signed_in(browser, provider)
        hint = browser.cookies["/registration/sign-out", "telemachus_hint"]
        cookie = f"telemachus={browser.cookies['/', 'telemachus']}; telemachus_hint={hint}"
        data = {"csrf": _shown(browser)}
        answer = await client.post("/sign-out", data=data, headers={"Cookie": cookie, "Origin": HERE})
    assert "id_token_hint=ey" in answer.text
    assert 'telemachus_hint=""' in answer.headers["set-cookie"]


async def test_a_token_too_long_for_a_cookie_is_not_kept(browser: Jar, provider: Told) -> None:
    provider.claims = {"groups": ["x" * 40] * 200}
    assert (await signed_in(browser, provider)).status_code == 303
    assert browser.names == {"telemachus"}


async def test_where_the_provider_has_no_such_page_one_is_signed_out_here(browser: Jar, provider: Told) -> None:
    del provider.document["end_session_endpoint"]
    await signed_in(browser, provider)
    answer = await browser.post("/sign-out", data={"csrf": _shown(browser)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert "telemachus" not in browser.names
    assert "You are signed out" in (await browser.get("/signed-out")).text


async def test_nobody_is_signed_out_from_elsewhere(browser: Jar, provider: Told) -> None:
    await signed_in(browser, provider)
    shown = _shown(browser)
    for headers, data in (
        ({"Origin": "https://evil.example"}, {"csrf": shown}),
        ({"Origin": "null"}, {"csrf": shown}),
        ({}, {"csrf": "x"}),
        ({}, {}),
    ):
        answer = await browser.post("/sign-out", data=data, headers={**headers, "Accept": "*/*"})
        assert answer.status_code == 403
    assert "telemachus" in browser.names


async def test_a_session_that_is_over_is_ended_all_the_same(browser: Jar, provider: Told) -> None:
    browser.cookies["/", "telemachus"] = "x"
    answer = await browser.post("/sign-out", data={"csrf": "x"})
    assert answer.status_code == 200 and "telemachus" not in browser.names
