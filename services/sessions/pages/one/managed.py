"""One session, for the managers of its programme: move it, or cancel it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from typing_extensions import override

from services.sessions.pages.one.asking import (
    WAS_CANCELLED,
    WAS_MOVED,
    Seen,
    asking,
    cancelling,
    moving,
    moving_to,
)
from services.sessions.pages.one.showing import shown
from services.sessions.pages.programme.reading import WHY
from services.sessions.pages.programme.routes import OfProgramme
from services.sessions.people.participant import Participant
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.marking import Say, _
from shared.domain.work import Store
from shared.language.terms import Id
from shared.language.values.zones import UTC as UNKNOWN
from shared.web.access import Forbidden, known_to
from shared.web.dependencies import Database, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.showing import Filled
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import address_of
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.languages.times import clock, place, weekday
from shared.web.names import names_of
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

FORMS = asking(
    why=_("Why does it not take place?"),
    seen_by=_("The two see the reason you choose, and nothing more."),
    travelling=_("One of the two is travelling"),
    times=_("Times that suit both"),
    clock=_("By the mentor's clock."),
)
IN_PLACE = _("%(time)s in %(place)s")


@dataclass(frozen=True)
class Managed(Seen):
    """A session, as a manager of its programme sees it."""

    @property
    def sides(self) -> Iterator[Participant]:
        """Those of the two of whom something is known still, the mentor first."""
        return (each for each in (self.parties.mentor, self.parties.mentee) if not each.erased)

    @property
    def zones(self) -> list[str]:
        """By whose clocks it is told, each once."""
        return list(dict.fromkeys(each.time_zone for each in self.sides)) or [UNKNOWN]

    @property
    @override
    def zone(self) -> str:
        return self.zones[0]


async def _managed(session_id: Id, of: OfProgramme, store: Database) -> Managed:
    """What is of another programme is as one that is not there."""
    unit = store.unit()
    found = await known_to(of.caller, unit, Session, session_id)
    if found.programme_id != of.programme.id:
        raise Forbidden("of-somebody-else")
    return Managed(of.caller, found, await Parties.of(found, unit))


Theirs = Annotated[Managed, Depends(_managed)]


@router.get("/all/{programme_id}/one/{session_id}", name="one-session")
async def one_session(request: Request, seen: Theirs, store: Database, say: Saying) -> Response:
    """When it is for both, how it stands, and what can be done about it."""
    return await _page(request, store, seen, say)


@router.post("/all/{programme_id}/one/{session_id}/cancel", name="one-session-cancelled")
async def cancelled(request: Request, seen: Theirs, store: Database, say: Saying) -> Response:
    """It does not take place."""
    work = cancelling(seen, _done(request, seen, WAS_CANCELLED))
    return await act(request, seen.caller, FORMS.cancel, work, partial(_page, request, store, seen, say))


@router.post("/all/{programme_id}/one/{session_id}/move-to", name="one-session-moved-to")
async def moved_to(request: Request, seen: Theirs, store: Database, say: Saying) -> Response:
    """It takes place at a time that was offered."""
    work = moving_to(seen, _done(request, seen, WAS_MOVED))
    return await act(request, seen.caller, FORMS.offered, work, partial(_page, request, store, seen, say))


@router.post("/all/{programme_id}/one/{session_id}/move", name="one-session-moved")
async def moved(request: Request, seen: Theirs, store: Database, say: Saying) -> Response:
    """It takes place at another time."""
    work = moving(seen, _done(request, seen, WAS_MOVED))
    return await act(request, seen.caller, FORMS.move, work, partial(_page, request, store, seen, say))


def _done(request: Request, seen: Managed, told: str) -> Done:
    parts = {"programme_id": seen.session.programme_id, "session_id": seen.session.id}
    return Done(request.url_for("one-session", **parts).path, Notice(told))


async def _page(request: Request, store: Store, seen: Managed, say: Say, form: Filled | None = None) -> Response:
    """The page with all its forms; ``form`` is the one that was sent and is shown again."""
    language, session = reader(request), seen.session

    def told(time: datetime) -> str:
        clocks = (say(IN_PLACE, time=clock(time, zone, language), place=place(zone, language)) for zone in seen.zones)
        return f"{weekday(time, seen.zone, language)}, {' · '.join(clocks)}"

    return pages.page(
        request,
        "managed_session.html",
        **await shown(request, store, seen, FORMS, told, form),
        seen=seen,
        names=await names_of(request, [session.mentor_id, session.mentee_id]),
        people_at=address_of(request, "registration", f"/everybody/{session.programme_id}/one"),
        pair_at=address_of(request, "matching", f"/desk/pairs/{session.pair_id}"),
        why=WHY,
    )
