"""What ``check`` tells of signing in with a browser."""

import pytest

from shared.operations.checks.surroundings import configuration, sign_in
from tests.support.apps import settings_for
from tests.support.browsers import HERE, KEY, with_a_door
from tests.support.tokens import ISSUED_BY
from tests.support.told import Told


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    told.instead(monkeypatch)
    return told


async def test_a_provider_that_answers_is_fine(provider: Told) -> None:
    [check] = await sign_in(with_a_door(ISSUED_BY))
    assert check.fine and HERE in check.found and "/authorize" in check.found


@pytest.mark.parametrize("issuer", ["https://elsewhere.invalid", None])
async def test_one_that_does_not_or_is_another_is_told_with_the_remedy(provider: Told, issuer: str | None) -> None:
    provider.document["issuer"] = issuer
    [check] = await sign_in(with_a_door(ISSUED_BY))
    assert not check.fine and "TOKEN_ISSUER" in check.remedy


async def test_where_nobody_signs_in_nobody_is_asked(provider: Told) -> None:
    [check] = await sign_in(settings_for(ISSUED_BY))
    assert check.fine and not provider.asked


@pytest.mark.parametrize("name", ["SIGN_IN_CLIENT_ID", "SESSION_KEYS"])
def test_what_belongs_together_is_missed(name: str) -> None:
    [check] = configuration(with_a_door(ISSUED_BY, **{name.lower(): ""}))
    assert not check.fine and f"{name} is needed with PUBLIC_URL" in check.found
    assert KEY not in check.found
    assert configuration(settings_for(ISSUED_BY))[0].fine
