"""Home: what is next for whoever takes part, what needs whoever manages; others are led to where their work is."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.registration.pages.home.elsewhere import elsewhere
from services.registration.pages.home.needs import read_led
from services.registration.pages.home.reading import read_calls, read_mine
from services.registration.people.person import Person
from shared.domain.work import Store
from shared.web.access import Caller, allow
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry, Where
from shared.web.frame.navigation import links
from shared.web.guarded import Guarded
from shared.web.languages.choosing import remember
from shared.web.pages import Pages
from shared.web.wording import CHOICE

ENTRIES = (Entry("home", "What is next", ("participant", "manager"), order=10),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

Anybody = Annotated[Caller, allow("participant", "manager", "operator", "data-protection")]


@router.get("/", name="home")
async def home(request: Request, caller: Anybody, store: Database) -> Response:
    """What is next for somebody who takes part, and what needs somebody who manages; other work is found above.

    With a new browser somebody reads the language they chose in another.
    """
    work = [link.address for link in links(request, caller, Where.MAIN) if not link.here]
    manages = caller.has("manager")
    takes_part = caller.has("participant") or not (manages or work)
    if work and not (takes_part or manages):
        return RedirectResponse(work[0], 303)
    person = await _person(store, caller)
    if caller.session and person and person.language and CHOICE not in request.cookies:
        again = RedirectResponse(request.url_for("home").path, 303)
        remember(again, request, person.language)
        return again
    mine = await read_mine(store, caller.ids) if takes_part else []
    return pages.page(
        request,
        "home.html",
        name=person.name if person else caller.session.name if caller.session else "",
        takes_part=takes_part,
        led=await read_led(store, caller) if manages else None,
        mine=mine,
        calls=await read_calls(store, mine) if takes_part else [],
        is_numbered=caller.given is not None,
        **elsewhere(request),
    )


async def _person(store: Store, caller: Caller) -> Person | None:
    found = await store.all(Person, {"_id": {"$in": sorted(caller.ids)}})
    return found[0] if found else None
