"""Following a link: GET shows what would happen and changes nothing, for scanners and previews do it too; POST acts.

Nobody has to be signed in: whoever has the letter is who it was written to. The token stands in no log, for requests
are logged by their route, and no page that is led to hears of it.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from shared.domain.errors import Absent, Conflict, Refused
from shared.domain.work import Store, Unit
from shared.language.reasons import Failure
from shared.web.access import anyone
from shared.web.dependencies import Database
from shared.web.door.forgery import form_of
from shared.web.frame.navigation import address_of
from shared.web.guarded import Guarded
from shared.web.links.deed import Deed
from shared.web.links.link import Followed, Link
from shared.web.pages import Pages, escaping
from shared.web.sentences import Sentences
from shared.web.wording import reader

LONGEST = 2000
"""Letters of a token."""

pages = Pages(__package__)


class _Small(Guarded):
    largest_body = 4096


router = APIRouter(include_in_schema=False, route_class=_Small)
Token = Annotated[str, Path(max_length=LONGEST)]
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
KINDLY = (Absent, Conflict, Refused)


@router.get("/do/{token}", name="link", dependencies=[anyone()])
async def shown(request: Request, token: Token, store: Database) -> Response:
    """What would happen."""
    opened = _opened(request, token, store)
    if opened is None:
        return _page(request, "old.html", HTTPStatus.GONE)
    link, deed = opened
    unit = store.unit()
    if await unit.find(Followed, link.id):
        return _page(request, "used.html")
    return await _offer(request, link, deed, unit)


@router.post("/do/{token}", name="link-followed", dependencies=[anyone()])
async def followed(request: Request, token: Token, store: Database) -> Response:
    """Do it, once."""
    opened = _opened(request, token, store)
    if opened is None:
        return _page(request, "old.html", HTTPStatus.GONE)
    link, deed = opened
    sent = (await form_of(request)).get("chosen")
    chosen = sent if isinstance(sent, str) else ""

    async def work(unit: Unit) -> bool:
        if await unit.find(Followed, link.id):
            return False
        await deed.do(link, chosen, unit)
        unit.save(Followed(id=link.id, due_at=link.ends_at))
        return True

    try:
        is_done = await store.run(work)
    except KINDLY as failure:
        return await _offer(request, link, deed, store.unit(), failure)
    return _page(request, "done.html", told=deed.done) if is_done else _page(request, "used.html")


def _opened(request: Request, token: str, store: Store) -> tuple[Link, Deed] | None:
    """None for a link whose time has passed, and for what is none."""
    link: Link | None = request.app.state.links.open(token)
    deed: Deed | None = request.app.state.deeds.get(link.deed) if link else None
    if link is None or deed is None or link.is_over(store.clock.now()):
        return None
    return link, deed


async def _offer(request: Request, link: Link, deed: Deed, unit: Unit, refused: Failure | None = None) -> Response:
    """What would happen; what was refused stands beside the question, if it can still be answered otherwise."""
    try:
        offer = await deed.offer(link, unit, _sentences(request).say(reader(request)), reader(request))
    except KINDLY as failure:
        return _page(request, "refused.html", HTTPStatus.CONFLICT, why=_explained(request, failure))
    status, why = (HTTPStatus.CONFLICT, _explained(request, refused)) if refused else (HTTPStatus.OK, "")
    return _page(request, "offer.html", status, offer=offer, deed=deed, why=why)


def _sentences(request: Request) -> Sentences:
    sentences: Sentences = request.app.state.sentences
    return sentences


def _explained(request: Request, failure: Failure) -> str:
    return _sentences(request).explain(failure.reason, reader(request), you=True)


def _page(request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
    home = address_of(request, "registration", "/")
    say = escaping(_sentences(request).say(reader(request)))
    response = pages.page(request, template, status=status, home=home, say=say, **values)
    response.headers.update(HEADERS)
    return response
