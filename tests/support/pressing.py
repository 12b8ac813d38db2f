"""A form whose deed stands in no unit of work and lasts until it is let go on, and what holds of it in any store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, FastAPI, Request, Response

from shared.domain.errors import Refused
from shared.domain.work import Store
from shared.web.access import Caller, allow
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled
from shared.web.guarded import Guarded
from tests.support.forms import browsing, site

PRESS = Form(Nothing, (), button="Press")


class Button:
    """Counts how often it was acted upon; ``fails`` is what it does instead."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.done = 0
        self.fails: Exception | None = None

    def app(self, store: Store | None = None) -> FastAPI:
        """A page with nothing else on it."""
        routes = APIRouter(route_class=Guarded)

        @routes.post("/press")
        async def press(request: Request, caller: Annotated[Caller, allow("operator")]) -> Response:
            return await act_outside(request, caller, PRESS, self._act, _shown)

        return site(routes, store=store)

    async def _act(self, _sent: Nothing) -> Done:
        self.begun.set()
        await self.may_end.wait()
        if self.fails:
            raise self.fails
        self.done += 1
        return Done(f"/pressed/{self.done}")


async def _shown(form: Filled) -> Response:
    return Response("; ".join(form.faults))


@asynccontextmanager
async def pressed(button: Button, store: Store | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser."""
    async with browsing(button.app(store), "otto~operator") as browser:
        yield browser


async def press(browser: httpx.AsyncClient, once: str = "x") -> httpx.Response:
    """One click."""
    return await browser.post("/press", data={"once": once})


async def acts_once_for_two_clicks(store: Store | None = None) -> None:
    """The second while the first is under way is told so, and a third is led to where the first has led."""
    button = Button()
    async with pressed(button, store) as browser:
        first = asyncio.ensure_future(press(browser))
        await asyncio.wait_for(button.begun.wait(), 10)
        second = await asyncio.wait_for(press(browser), 10)
        button.may_end.set()
        answers = [await first, await press(browser)]
    assert (second.status_code, "being done already" in second.text) == (409, True)
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, "/pressed/1")] * 2
    assert button.done == 1


async def acts_again_after_a_refusal(store: Store | None = None) -> None:
    """The same showing of the form can be sent again once what stood in the way is gone."""
    button = Button()
    button.may_end.set()
    button.fails = Refused("programme-has-ended")
    async with pressed(button, store) as browser:
        refused = await press(browser)
        button.fails = None
        then = await press(browser)
    assert (refused.status_code, then.status_code, button.done) == (409, 303, 1)


async def acts_once_for_clicks_of_one_moment(store: Store | None = None) -> None:
    """Whoever claims it first acts; the others are told that it is being done, or was."""
    button = Button()
    button.may_end.set()
    async with pressed(button, store) as browser:
        answers = await asyncio.gather(*(press(browser) for _ in range(8)))
    assert button.done == 1
    assert {each.status_code for each in answers} <= {303, 409} and any(each.status_code == 303 for each in answers)
