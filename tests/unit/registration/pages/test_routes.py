"""Who may look at which page, and what is said to those who may not."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from services.registration.app import service
from services.registration.board.card import AtRisk, PairCard
from services.registration.pages import router
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.web.problems import explain_errors
from shared.web.static import static_router
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import SETTINGS, KnownCallers
from tests.unit.registration.samples import NOW, PROFILE, programme

PAGE = {"Accept": "text/html,*/*;q=0.8"}
FRENCH = Participant.registered("spring", "person-f", PROFILE)
BRITISH = Participant.registered("spring", "person-b", PROFILE.model_copy(update={"country": "GB"}))
CARD = PairCard(id="pair-1", programme_id="spring", mentor_id=FRENCH.id, mentee_id=BRITISH.id)
AUTUMN = replace(programme(title="Autumn voices"), id="autumn")
ELSEWHERE = replace(programme(title="Italian voices", countries=("IT",)), id="elsewhere")


async def look(who: str, path: str, *stored: Programme | PairCard, **headers: str) -> httpx.Response:
    people = [Person(id="person-f", name="Someone French", email="f@x.example")]
    people.append(Person(id="person-b", name="Someone British", email="b@x.example"))
    app = FastAPI()
    app.state.store = MemoryStore(*stored, FRENCH, BRITISH, *people)
    app.state.access, app.state.settings = KnownCallers(), SETTINGS
    explain_errors(app, SETTINGS, service.spoken)
    include(app, router, static_router)
    headers = {**PAGE, "Authorization": f"Bearer {who}", **headers}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://telemachus.test") as client:
        return await client.get(path, headers=headers)


async def test_a_manager_of_one_country_sees_the_programme_in_it() -> None:
    answer = await look("british", "/board", programme(), ELSEWHERE, CARD)
    assert answer.status_code == 200
    assert "You see the people of these countries, and the pairs they are in: United Kingdom." in answer.text
    assert "Someone British" in answer.text
    assert "Someone French" not in answer.text
    assert "someone (France)" in answer.text


async def test_a_manager_of_all_its_countries_sees_all_of_it() -> None:
    html = (await look("manager", "/board", programme(), CARD)).text
    assert "You see the people of" not in html
    assert "Someone French" in html


async def test_one_programme_does_not_hide_another() -> None:
    html = (await look("british", "/board", programme(), AUTUMN, ELSEWHERE)).text
    assert 'href="/board/' in html
    assert {"Autumn voices", programme().terms.title} <= {title for title in TITLES if title in html}
    assert "Italian voices" not in html


TITLES = ("Autumn voices", programme().terms.title)


@pytest.mark.parametrize("path", ["/board/elsewhere", "/board/elsewhere/list/alarms", "/board/elsewhere/live"])
async def test_a_programme_elsewhere_is_refused_on_a_page(path: str) -> None:
    answer = await look("british", path, programme(), ELSEWHERE)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Not allowed</h1>" in answer.text
    assert 'href="/registration/">Back to the first page' in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/board/nothing", 404), ("/board/spring/list/others", 422), ("/nowhere", 404), ("/board/%00", 422)],
)
async def test_errors_for_browsers_are_pages(path: str, status: int) -> None:
    answer = await look("manager", path, programme())
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "accept" in answer.headers["vary"].lower()
    machine = await look("manager", path, programme(), Accept="application/json")
    assert machine.headers["content-type"] == "application/problem+json"
    assert machine.json()["detail"] in answer.text.replace("&#39;", "'")


async def test_what_a_browser_is_told_is_escaped() -> None:
    answer = await look("manager", "/board/<script>", programme())
    assert "<script>" not in answer.text.partition("<main")[2]


async def test_the_list_of_alarms_shows_each_with_what_to_do() -> None:
    alarm = replace(CARD, at_risk=AtRisk(since=NOW, sessions_lost=2))
    html = (await look("manager", "/board/spring/list/alarms", programme(), alarm)).text
    assert "Someone French" in html
    assert "2 sessions in a row did not take place" in html
    assert "Offer both a short slot this week" in html
    assert "There are none." in (await look("manager", "/board/spring/list/broken", programme(), alarm)).text
