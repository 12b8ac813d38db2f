"""The link by which somebody wants fewer letters: looked at by whoever likes, followed by people and by mailboxes."""

import pytest
from fastapi import FastAPI

from services.registration.pages import router
from services.registration.people.person import Person
from shared.web.wording import PSEUDO
from tests.support.forms import site
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import ANN, BEN, HERE, PEOPLE, THERE, VOICES, kept

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def store() -> MemoryStore:
    return kept(VOICES, HERE, THERE, *PEOPLE)


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store)


async def wishes(store: MemoryStore) -> dict[str, bool]:
    return {each.id: each.fewer_letters for each in await store.all(Person, {})}


@pytest.mark.parametrize("how", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {}])
async def test_looking_changes_nothing_and_following_spares_its_reader_alone(
    app: FastAPI, store: MemoryStore, how: dict[str, dict[str, str]]
) -> None:
    link = link_to(app, "fewer-letters", "s1", HERE.id)
    async with anybody(app) as reader:
        for _ in range(3):
            seen = await reader.get(link)
            assert (seen.status_code, "only what you have to know" in seen.text) == (200, True)
        assert await wishes(store) == {ANN: False, BEN: False}
        for told in ("You will receive fewer letters.", "This is done already"):
            done = await reader.post(link, **how)  # type: ignore[arg-type]
            assert (done.status_code, told in done.text) == (200, True)
    assert await wishes(store) == {ANN: True, BEN: False}


async def test_of_somebody_who_was_erased_there_is_nothing_to_keep(app: FastAPI) -> None:
    async with anybody(app) as reader:
        link = link_to(app, "fewer-letters", "s1", "gone")
        assert [(await ask(link)).status_code for ask in (reader.get, reader.post)] == [409, 409]


async def test_its_pages_are_in_the_language_of_the_reader(app: FastAPI) -> None:
    async with anybody(app) as reader:
        reader.headers["Accept-Language"] = PSEUDO
        for letter, ask in (("one", reader.get), ("two", reader.post)):
            page = await ask(link_to(app, "fewer-letters", "s1", HERE.id, letter=letter))
            assert plain_words_of_page(page.text, ["Telemachus"]) == []
