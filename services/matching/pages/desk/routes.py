"""A programme's rounds, one of them with its pairs, and whom it leaves over."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.matching.members.programme import Programme
from services.matching.pages.desk.reading import counted, read_left_over, read_pairs, read_rounds, read_waiting
from services.matching.pages.desk.seeing import OfProgramme, OfRound, Seen
from services.matching.pages.desk.words import SAID
from services.matching.telling.sentences import certificate
from shared.domain.marking import Say
from shared.web.access import Manager
from shared.web.dependencies import Database, Saying
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import switch
from shared.web.guarded import Guarded
from shared.web.lists.managed import managed_by, partly_managed_by
from shared.web.lists.paging import After, next_link
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("newest-desk", "Matching", ("manager",), order=32),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/desk", name="newest-desk")
async def newest(request: Request, caller: Manager, store: Database) -> Response:
    """The programme that starts last; its waiting list for whoever does not manage all of it."""
    for managed, route in ((managed_by, "desk"), (partly_managed_by, "waiting-list")):
        for programme in await managed(caller, store, Programme):
            return RedirectResponse(request.url_for(route, programme_id=programme.id).path, 303)
    return pages.page(request, "no_desk.html")


@router.get("/desk/programmes/{programme_id}", name="desk")
async def desk(request: Request, of: OfProgramme, store: Database, after: After) -> Response:
    """A programme's rounds, the newest first."""
    found = await read_rounds(store, of.programme.id, after)
    shown: dict[str, Any] = {
        "desk": of,
        "found": [Seen(of, each) for each in found.items],
        "waiting": await read_waiting(store, of.programme.id),
        "programmes": switch(request, "desk", await managed_by(of.caller, store, Programme), of.programme.id),
        "then": next_link(request, found.then),
    }
    return pages.page(request, "desk.html", **shown, **SAID)


@router.get("/desk/rounds/{round_id}", name="round")
async def one(request: Request, seen: OfRound, store: Database, after: After, say: Saying) -> Response:
    """How the round went, or is going, and the pairs it proposes."""
    found, then = await read_pairs(store, seen.found.id, after, say)
    names = await names_of(request, [who for each in found for who in (each.pair.mentor_id, each.pair.mentee_id)])
    shown: dict[str, Any] = {
        "found": found,
        "names": names,
        "then": next_link(request, then),
        "proof": _proof(seen, say),
    }
    return pages.page(request, "round.html", seen=seen, **shown, **SAID)


def _proof(seen: Seen, say: Say) -> str:
    report = seen.found.report
    return certificate(report.certificate, say) if report else ""


@router.get("/desk/rounds/{round_id}/left-over", name="left-over")
async def left_over(request: Request, seen: OfRound, store: Database, after: After, say: Saying) -> Response:
    """Whom the round leaves over, and why."""
    found, then = await read_left_over(store, seen.found, after, say)
    names = await names_of(request, [each.participant_id for each in found])
    shown: dict[str, Any] = {"found": found, "names": names, "then": next_link(request, then)}
    return pages.page(request, "left_over.html", seen=seen, why=counted(seen.found, say), **shown, **SAID)
