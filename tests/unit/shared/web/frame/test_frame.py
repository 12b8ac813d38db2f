"""The switch of languages goes to whoever can keep the choice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, Request, Response

from shared.web.access import anyone
from shared.web.frame.navigation import Link
from shared.web.languages.choosing import language_router
from shared.web.pages import Pages
from tests.support.browsers import HERE, signed_in_cookie
from tests.support.forms import hidden, site

router = APIRouter()
pages = Pages("shared.web")


@router.get("/page", dependencies=[anyone()])
def page(request: Request) -> Response:
    return pages.page(request, "frame.html")


@router.get("/programmes/{many}", dependencies=[anyone()])
def of_programmes(request: Request, many: int) -> Response:
    programmes = [Link(f"Programme {each}", f"/{each}", "page" if each == 1 else "") for each in range(many)]
    return pages.page(request, "frame.html", programmes=programmes)


@asynccontextmanager
async def browser(*roles: str, employee_id: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """Of somebody with these roles; without any nobody has signed in."""
    app = site(router, language_router, service="matching")
    cookie = signed_in_cookie(app.state.access, *roles, employee_id=employee_id, countries=["FR"]) if roles else ""
    transport = httpx.ASGITransport(app, root_path="/matching")
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Cookie": cookie}) as client:
        yield client


async def test_of_somebody_known_registration_keeps_it() -> None:
    async with browser("participant", employee_id="00124") as known:
        html = (await known.get("/page")).text
    assert 'action="/registration/my-language"' in html
    assert hidden(html)["csrf"]


@pytest.mark.parametrize("roles", [(), ("manager",)])
async def test_of_anybody_else_the_browser_does(roles: tuple[str, ...]) -> None:
    async with browser(*roles) as unknown:
        assert 'action="/matching/language"' in (await unknown.get("/page")).text


@pytest.mark.parametrize(("many", "is_folded"), [(3, False), (4, True), (40, True)])
async def test_many_programmes_are_folded_behind_the_one_looked_at(many: int, is_folded: bool) -> None:
    async with browser("manager") as manager:
        html = (await manager.get(f"/programmes/{many}")).text
    switcher = html.partition('class="switcher"')[2].partition("</nav>")[0]
    assert ("<details><summary><b>Programme 1</b>" in switcher) is is_folded
    assert switcher.count("<li><a href=") == many and switcher.count("</details>") == is_folded
    assert f'name="then" value="/programmes/{many}"' in html


async def test_one_programme_needs_no_switch() -> None:
    async with browser("manager") as manager:
        assert "switcher" not in (await manager.get("/programmes/1")).text
