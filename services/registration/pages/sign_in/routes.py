"""Signing in and out, with an OpenID Connect provider. Nobody needs a token here: it is where one comes from."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.registration.pages.sign_in.then import ours
from shared.domain.errors import Absent
from shared.settings import Settings
from shared.web.access import Access, Caller, anyone
from shared.web.door.attempt import Attempt, Attempts
from shared.web.door.discovery import NoProvider
from shared.web.door.forgery import must_be_shown_to, must_stand_here
from shared.web.door.hint import Hints
from shared.web.door.provider import SIGN_IN, NotSignedIn, Provider, called
from shared.web.door.tokens import Unauthenticated
from shared.web.frame.entries import Entry
from shared.web.guarded import AtOnce, Guarded
from shared.web.pages import Pages

log = structlog.get_logger()

ENTRIES: tuple[Entry, ...] = ()
ASKING = AtOnce(of_each=33, of_all=32)
"""Codes for which the provider is asked at a moment: by whomever, nobody is known yet."""
NOBODY = Caller(None, frozenset(), frozenset())

router = APIRouter(include_in_schema=False, route_class=Guarded, dependencies=[anyone()])
pages = Pages(__package__)


@dataclass(frozen=True)
class Door:
    """What it takes to let people in."""

    settings: Settings
    access: Access
    provider: Provider
    attempts: Attempts
    hints: Hints


async def _door(request: Request) -> Door:
    """Made once; raises Absent where nobody signs in with a browser."""
    state = request.app.state
    if not hasattr(state, "door"):
        settings: Settings = state.settings
        if not (settings.public_url and settings.sign_in_client_id and settings.keys_of_sessions):
            raise Absent("nobody-signs-in-here")
        state.door = Door(settings, state.access, Provider(settings), Attempts(settings), Hints(settings))
    door: Door = state.door
    return door


Ours = Annotated[Door, Depends(_door)]


@router.get("/sign-in", name="sign-in")
async def sign_in(request: Request, door: Ours, then: str = "/", moved: bool = False) -> Response:
    """Send the browser to the provider, from the one address that has its cookies."""
    then = ours(then)
    if request.headers.get("host") != urlsplit(door.settings.public_url).netloc and not moved:
        return RedirectResponse(f"{door.settings.public_url}{SIGN_IN}?moved=true&then={quote(then)}", 303)
    attempt = Attempt(then=then)
    response = RedirectResponse(await door.provider.address(attempt), 303)
    door.attempts.begin(request, response, attempt)
    return _unkept(response)


@router.get("/sign-in/callback", name="signed-in")
async def signed_in(
    request: Request, door: Ours, state: str = "", code: str = "", iss: str = "", error: str = ""
) -> Response:
    """The provider's answer: whoever it tells of is signed in, and back on the page that was asked for."""
    attempt = door.attempts.answered(request, state)
    if attempt is None:
        raise NotSignedIn("sign-in-not-begun-here")
    if error or not code:
        raise NotSignedIn("provider-says-no", why=called(error))
    with ASKING.one_of(NOBODY):
        found = await door.provider.who(attempt, code, iss)
    caller = door.access.named(found.claims)
    response = RedirectResponse(attempt.then, 303)
    door.attempts.end(response, state)
    door.access.welcome(response, caller, _name(found.claims.get("name")))
    door.hints.keep(response, found.id_token)
    log.info("signed in", roles=sorted(caller.known_roles))
    return _unkept(response)


@router.post("/sign-out", name="sign-out")
async def sign_out(request: Request, door: Ours) -> Response:
    """End the session here, and at the provider where that knows how; also one that has ended by itself."""
    must_stand_here(request, door.settings.public_url)
    with suppress(Unauthenticated):  # nothing of anybody's is ended
        await must_be_shown_to(door.access.sessions.of(request), request)
    try:
        leaving = await door.provider.leaving(door.hints.of(request))
    except NoProvider:
        leaving = ""
    response: Response
    if leaving:
        response = pages.page(request, "leaving.html", leaving=leaving)
    else:
        response = RedirectResponse(request.url_for("signed-out").path, 303)
    door.access.sessions.end(response)
    door.hints.forget(response)
    return _unkept(response)


@router.get("/signed-out", name="signed-out", dependencies=[Depends(_door)])
async def signed_out(request: Request) -> Response:
    """Where somebody arrives who has left."""
    return pages.page(request, "signed_out.html", sign_in=SIGN_IN)


def _name(claim: object) -> str:
    return claim if isinstance(claim, str) else ""


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
