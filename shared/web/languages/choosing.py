"""How a reader chooses a language: a form in the frame, which works without script, and a cookie that keeps it.

Looking at an address never changes the language. The cookie holds the language alone, so that somebody who has not
signed in may choose as well. Whoever has sends the same form to registration, which knows them: it keeps the choice
with them, and calls ``remember`` when they come back with another browser.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.web.access import anyone
from shared.web.door.forgery import READS, is_ours
from shared.web.guarded import Guarded
from shared.web.wording import CHOICE, languages, tongue

KEPT_FOR = 365 * 24 * 3600
"""Seconds a browser keeps the choice; it is renewed with every other one."""
LONGEST = 2001
"""Letters of the address that somebody is led back to."""
ELSEWHERE = ("cross-site", "same-site")
"""What browsers say of a request that another site has made them send."""
OWN_NAMES: Mapping[str, str] = {
    language: name[:1].upper() + name[1:] for language in languages() if (name := tongue(language, language))
}
"""Every language people may choose → what it calls itself, as a list has it."""


class _Small(Guarded):
    largest_body = 4096


language_router = APIRouter(include_in_schema=False, route_class=_Small)


@language_router.post("/language", name="choose-language", dependencies=[anyone()])
async def choose(request: Request) -> Response:
    """Keep the language and lead back; one that there is not, or that another site sends, changes nothing."""
    form = parse_qs((await request.body()).decode("latin-1"))
    language, then = (form.get(name, [""])[0] for name in ("language", "then"))
    return led_back(request, "" if request.headers.get("sec-fetch-site") in ELSEWHERE else language, then)


def led_back(request: Request, language: str, then: str) -> Response:
    """To where the form stood, in that language from now on, if there is such a one."""
    answer = RedirectResponse(_back(then, request), 303)
    if language in languages():
        remember(answer, request, language)
    return answer


def _back(then: str, request: Request) -> str:
    return then if is_ours(then, LONGEST) else f"{request.scope.get('root_path', '')}/"


def here(request: Request, *, whole: bool) -> str:
    """The address to lead back to; empty for an answer to a form, which cannot be asked for again.

    Without ``whole`` it ends before its query: an error is often about that, and says nothing of it back.
    """
    if request.method not in READS:
        return ""
    return request.url.path + (f"?{request.url.query}" if whole and request.url.query else "")


def remember(answer: Response, request: Request, language: str) -> None:
    """Let this browser read that language from now on, in every service of this host."""
    answer.set_cookie(
        CHOICE, language, max_age=KEPT_FOR, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
