"""The issuer's keys: cached, asked for again when a new one is met, and kept while the issuer is away."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet

from deploy.local.issuer import Issuer
from deploy.services import SERVICES
from shared.web.access import Access
from shared.web.door.tokens import Unauthenticated
from tests.support.apps import bearer, client_of, settings_for
from tests.support.tokens import ISSUED_BY, claims, signed


class Provider:
    """An issuer's key set, changed at will; ``asked`` counts."""

    def __init__(self) -> None:
        self.keys = [self.new_key("first")]
        self.answer: Any = None
        self.asked = 0

    @staticmethod
    def new_key(kid: str) -> ECKey:
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})

    async def fetch(self) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if self.answer is not None else KeySet(list(self.keys)).as_dict(private=False)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def time_flies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds of the monotonic clock, as a list of one to be changed."""
    now = [1_000.0]
    monkeypatch.setattr("shared.web.door.tokens.time.monotonic", lambda: now[0])
    yield now


@pytest.fixture
async def access(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Access]:
    access = Access(settings_for(ISSUED_BY))
    monkeypatch.setattr(access.tokens, "_fetch", provider.fetch)
    yield access


async def _comes_in(access: Access, key: ECKey, kid: str) -> bool:
    try:
        await access.caller(signed(claims(), key, kid=kid))
    except Unauthenticated:
        return False
    return True


async def test_a_new_key_is_asked_for_when_it_is_met_and_at_most_once_in_ten_seconds(
    access: Access, provider: Provider, time_flies: list[float]
) -> None:
    assert await _comes_in(access, provider.keys[0], "first")
    new = provider.new_key("second")
    provider.keys.append(new)

    assert not await _comes_in(access, new, "second")
    time_flies[0] += 10
    assert not await _comes_in(access, new, "second")
    time_flies[0] += 0.1
    assert await _comes_in(access, new, "second")
    for _ in range(50):
        assert not await _comes_in(access, provider.new_key("guessed"), "guessed")
    assert provider.asked == 2
    time_flies[0] += 11
    assert not await _comes_in(access, provider.new_key("guessed"), "guessed")
    assert provider.asked == 3


async def test_known_keys_are_not_asked_for_again_for_ten_minutes(
    access: Access, provider: Provider, time_flies: list[float]
) -> None:
    for later, asked in ((0, 1), (11, 1), (600, 1), (601, 2), (1201, 2), (1202, 3)):
        time_flies[0] = 1_000.0 + later
        assert await _comes_in(access, provider.keys[0], "first")
        assert (later, provider.asked) == (later, asked)


async def test_a_key_that_was_withdrawn_is_forgotten(
    access: Access, provider: Provider, time_flies: list[float]
) -> None:
    old = provider.keys[0]
    assert await _comes_in(access, old, "first")
    provider.keys[:] = [provider.new_key("second")]
    time_flies[0] += 601

    assert not await _comes_in(access, old, "first")


AWAY = {
    "does not answer": httpx.ConnectError("away"),
    "answers slowly": httpx.ReadTimeout("slow"),
    "a file that is gone": FileNotFoundError("gone"),
    "not JSON": json.JSONDecodeError("no", "doc", 0),
    "an error page in JSON": {"error": "maintenance"},
    "a list": [],
    "no keys": {"keys": []},
    "keys that are none": {"keys": [{"kty": "EC"}]},
    "keys of no shape": {"keys": "soon"},
}


@pytest.mark.parametrize("how", AWAY)
async def test_an_issuer_that_is_away_leaves_us_with_the_keys_we_have(
    access: Access, provider: Provider, time_flies: list[float], how: str
) -> None:
    assert await _comes_in(access, provider.keys[0], "first")
    provider.answer = AWAY[how]
    time_flies[0] += 601

    assert await _comes_in(access, provider.keys[0], "first")
    assert provider.asked >= 2


@pytest.mark.parametrize("how", AWAY)
async def test_without_any_key_the_answer_is_to_come_back_later(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    app = SERVICES[0].app(settings_for(ISSUED_BY))
    monkeypatch.setattr(app.state.access.tokens, "_fetch", provider.fetch)
    provider.answer = AWAY[how]
    async with client_of(app) as client:
        answer = await client.get("/operations/backlog", headers=bearer(signed(claims())))

    assert answer.status_code == 503
    assert "sign" in answer.json()["detail"].lower()


async def test_keys_come_from_a_file_too(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    caller = await Access(settings_for(issuer)).caller(issuer.token("e7", ["manager"], ["FR"]))
    assert (list(caller.roles), list(caller.countries)) == (["manager"], ["FR"])


@pytest.mark.parametrize(("ended", "lets_in"), [(20, True), (60, False)])
async def test_clocks_may_be_half_a_minute_apart(access: Access, provider: Provider, ended: int, lets_in: bool) -> None:
    """Ten seconds around it are left out, which a slow machine may take."""
    token = signed(claims(exp=int(time.time()) - ended), provider.keys[0], kid="first")
    if lets_in:
        assert (await access.caller(token)).person_id
    else:
        with pytest.raises(Unauthenticated):
            await access.caller(token)
