"""A file for a browser: asked for by a form, and by nobody but whoever answers for people."""

from typing import Any

import pytest

from shared.domain.people import PersonIds
from shared.privacy import handing
from shared.privacy.exporting import Export
from shared.privacy.handing import HANDED_OUT, router
from tests.support.forms import browsing, site

EVE = "person-eve"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose file was made."""
    made: list[str] = []

    async def exported(known: PersonIds, *_: Any) -> Export:
        made.append(known.id)
        return Export(service="memory", region="test", person_id=known.id, participant_ids=[], stored={}, said=[])

    monkeypatch.setattr(handing, "exported", exported)
    return made


async def send(who: str, **typed: str) -> Any:
    async with browsing(site(router), who) as browser:
        return await browser.post(HANDED_OUT, data=typed)


@pytest.mark.parametrize("who", ["olga~data-protection", "otto~operator"])
async def test_an_officer_is_given_a_file(asked: list[str], who: str) -> None:
    answer = await send(who, person_id=EVE)
    assert (answer.status_code, answer.json()["person_id"], asked) == (200, EVE, [EVE])
    assert answer.headers["content-disposition"] == 'attachment; filename="telemachus-memory.json"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("who", ["eve~participant", "max~manager"])
async def test_nobody_else_is(asked: list[str], who: str) -> None:
    assert (await send(who, person_id=EVE)).status_code == 403
    assert asked == []


async def test_a_form_that_names_nobody_is_refused(asked: list[str]) -> None:
    assert (await send("olga~data-protection")).status_code == 422
    assert asked == []
