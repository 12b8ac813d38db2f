"""However many look at a programme, it is drawn once a change for all who see the same of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi import FastAPI

from services.registration.app import service
from services.registration.board.card import AtRisk, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.pages import router
from services.registration.pages.board import reading, routes, watching
from services.registration.pages.board.watching import Watched
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.web.guarded import AtOnce
from shared.web.problems import explain_errors
from shared.web.static import static_router
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.promises import keep
from tests.support.raw import Listening, Raw, listening, request
from tests.unit.registration.api.people import SETTINGS, KnownCallers
from tests.unit.registration.samples import NOW, PROFILE, programme

FRENCH = Participant.registered("spring", "person-f", PROFILE)
BRITISH = Participant.registered("spring", "person-b", PROFILE.model_copy(update={"country": "GB"}))
PEOPLE = (
    Person(id="person-f", name="Someone French", email="f@x.example"),
    Person(id="person-b", name="Someone British", email="b@x.example"),
)
CARD = PairCard(id="pair-1", programme_id="spring", mentor_id=FRENCH.id, mentee_id=BRITISH.id)
ALARM = replace(CARD, at_risk=AtRisk(since=NOW, sessions_lost=2))
FEED = Feed(id="pair-1", programme_id="spring", happenings=(Happening(event="PairAtRisk", at=NOW),), latest_at=NOW)
NEEDS_YOU = b"1 pair needs you today"


@dataclass(frozen=True)
class Stage:
    server: Listening
    store: MemoryStore
    drawn: "Counter[tuple[str, ...] | None]"
    """Countries → how often the page was read for them."""

    @asynccontextmanager
    async def following(self, *who: str, language: str = "en") -> AsyncIterator[list[Raw]]:
        """Connections that have been shown the page once."""
        async with AsyncExitStack() as stack:
            raws = [await stack.enter_async_context(self.server.connection()) for _ in who]
            for raw, each in zip(raws, who, strict=True):
                await raw.say(_feed(each, language))
            for raw in raws:
                await raw.reader.readuntil(b"What just happened")
            yield raws


def _feed(who: str, language: str = "en") -> bytes:
    headers = ("Authorization", f"Bearer {who}"), ("Accept", "text/event-stream"), ("Accept-Language", language)
    return request("GET", "/board/spring/live", *headers)


async def _shown(raw: Raw, what: bytes) -> None:
    async with asyncio.timeout(10):
        await raw.reader.readuntil(what)


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Nobody looks by themselves for an hour, so whatever is shown was woken."""
    drawn: Counter[tuple[str, ...] | None] = Counter()

    async def read_board(store: Store, of: Programme, scope: Any) -> Any:
        drawn[scope.countries] += 1
        return await reading.read_board(store, of, scope)

    monkeypatch.setattr(routes, "read_board", read_board)
    monkeypatch.setattr(watching, "PAUSE", 3600.0)
    monkeypatch.setattr(watching, "OLDEST", 3600.0)
    monkeypatch.setattr(watching, "REST", 0)
    monkeypatch.setattr(routes, "FEEDS", AtOnce(of_each=12, of_all=50))
    app, store = FastAPI(), MemoryStore(programme(), FRENCH, BRITISH, CARD, *PEOPLE)
    app.state.store, app.state.access, app.state.settings = store, KnownCallers(), SETTINGS
    app.state.aggregates = service.aggregates
    explain_errors(app, SETTINGS, service.spoken)
    include(app, router, static_router)
    async with listening(app) as server:
        yield Stage(server, store, drawn)


async def test_ten_who_look_are_shown_what_was_drawn_once_as_soon_as_it_is_committed(stage: Stage) -> None:
    async with stage.following(*["manager"] * 10) as raws:
        assert stage.drawn == {None: 1}
        await keep(stage.store, ALARM, FEED)
        await asyncio.gather(*(_shown(raw, NEEDS_YOU) for raw in raws))
        assert stage.drawn == {None: 2}


async def test_each_is_shown_the_people_of_their_own_countries(stage: Stage) -> None:
    async with stage.following("manager", "british", "british") as [everything, *parts]:
        assert stage.drawn == {None: 1, ("GB",): 1}
        await keep(stage.store, ALARM, FEED)
        await _shown(everything, b"Someone French")
        for raw in parts:
            shown = await raw.reader.readuntil(b"What just happened")
            assert b"Someone British" in shown
            assert b"Someone French" not in shown
        assert stage.drawn == {None: 2, ("GB",): 2}


async def test_each_is_shown_it_in_their_own_language(stage: Stage) -> None:
    async with stage.following("manager"), stage.server.connection() as raw:
        await raw.say(_feed("manager", "en-XA"))
        shown = await raw.reader.readuntil(b"</h2>")
        assert b"Pairs" not in shown
        assert stage.drawn == {None: 2}


async def test_what_is_heard_of_another_programme_wakes_nobody(stage: Stage) -> None:
    watch = watching.watched(stage.store, "spring")
    first = await watch.newest(stage.store)
    await keep(stage.store, replace(FEED, programme_id="autumn"))
    assert await watch.newest(stage.store) is first
    await keep(stage.store, replace(FEED, id="mine"))
    assert await watch.newest(stage.store) is not first


async def test_what_another_replica_heard_is_shown_at_the_next_look(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PAUSE", 0.05)
    async with stage.following("manager", "manager") as raws:
        for each in (ALARM, FEED):
            stage.store.shelves.put(type(each), kept_as(each))
        await asyncio.gather(*(_shown(raw, NEEDS_YOU) for raw in raws))
        assert stage.drawn == {None: 2}


async def test_looking_costs_one_question_however_many_look(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    async def looking(store: Store, programme_id: str) -> str:
        looks.append(programme_id)
        return await reading.newest_change(store, programme_id)

    monkeypatch.setattr(watching, "newest_change", looking)
    watched = Watched("spring")
    first = await watched.newest(stage.store)
    assert [await watched.newest(stage.store) for _ in range(9)] == [first] * 9
    assert len(looks) == 1


async def test_time_passes_on_the_page_although_nothing_happens(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched("spring")
    first = await watched.newest(stage.store)
    monkeypatch.setattr(watching, "OLDEST", 0.0)
    assert await watched.newest(stage.store) is not first


async def test_whoever_no_longer_manages_a_country_of_it_is_shown_nothing_more(stage: Stage) -> None:
    async with stage.following("british") as [raw]:
        moved = programme(countries=("FR", "IT"))
        await keep(stage.store, moved, ALARM, FEED)
        async with asyncio.timeout(10):
            rest = await raw.reader.readuntil(b"\r\n0\r\n\r\n")
        assert NEEDS_YOU not in rest
        assert stage.drawn == {("GB",): 1}


async def test_a_page_that_is_loaded_shows_what_was_done_just_before(stage: Stage) -> None:
    page = request("GET", "/board/spring", ("Authorization", "Bearer manager"), ("Accept", "text/html"))
    assert b"Someone French" in (await stage.server.ask(page)).body
    assert b"Someone French" in (await stage.server.ask(page)).body
    assert stage.drawn == {None: 1}
    await keep(stage.store, replace(PEOPLE[0], name="Someone Renamed"))
    assert b"Someone Renamed" in (await stage.server.ask(page)).body
    assert stage.drawn == {None: 2}


async def test_what_could_not_be_drawn_is_tried_again(stage: Stage) -> None:
    moment = await Watched("spring").now(stage.store)

    async def failing() -> str:
        raise TimeoutError

    async def drawing() -> str:
        return "drawn"

    with pytest.raises(TimeoutError):
        await moment.once("page", failing)
    assert await moment.once("page", drawing) == await moment.once("page", failing) == "drawn"


async def test_it_is_drawn_for_whoever_still_looks_when_the_first_has_left(stage: Stage) -> None:
    moment = await Watched("spring").now(stage.store)
    go_on = asyncio.Event()

    async def drawing() -> str:
        await go_on.wait()
        return "drawn"

    first, second = (asyncio.ensure_future(moment.once("page", drawing)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert await second == "drawn"


async def test_what_a_page_was_shown_meanwhile_is_not_waited_for_again(stage: Stage) -> None:
    watch = watching.watched(stage.store, "spring")
    first = await watch.newest(stage.store)
    await keep(stage.store, FEED)
    await watch.now(stage.store)
    async with asyncio.timeout(10):
        await watch.more(first)
