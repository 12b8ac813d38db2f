"""One session, for the two of its pair: say that it took place, move it, or cancel it."""

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
from services.sessions.people.participant import Participant
from services.sessions.series import changing
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.marking import _
from shared.domain.work import Store, Unit
from shared.language.sessions import Outcome
from shared.language.terms import Id
from shared.web.access import Caller, allow, known_to
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.languages.times import clock, weekday
from shared.web.names import names_of
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

HELD = Form(Nothing, (), button=_("Yes, we met"))
FORMS = asking(
    why=_("Why can you not meet?"),
    seen_by=_("Your partner and your programme manager see the reason you choose, and nothing more."),
    travelling=_("One of us is travelling"),
    times=_("Times that suit both of you"),
    clock=_("By your own clock."),
)
WAS_HELD = _("Noted: you met. Thank you for saying so.")


@dataclass(frozen=True)
class Ours(Seen):
    """A session, as one of the two sees it."""

    @property
    def me(self) -> Participant:
        """Whoever looks."""
        return self.parties.mentor if self.caller.plays(self.parties.mentor) else self.parties.mentee

    @property
    def other(self) -> Participant:
        """Whom they meet."""
        return self.parties.mentee if self.me is self.parties.mentor else self.parties.mentor

    @property
    @override
    def zone(self) -> str:
        return self.me.time_zone


async def _ours(session_id: Id, caller: Annotated[Caller, allow("participant")], store: Database) -> Ours:
    unit = store.unit()
    found = await known_to(caller, unit, Session, session_id)
    parties = await Parties.of(found, unit)
    caller.must_be(parties.mentor, parties.mentee)
    return Ours(caller, found, parties)


Own = Annotated[Ours, Depends(_ours)]


@router.get("/our/{session_id}", name="our-session")
async def our_session(request: Request, seen: Own, store: Database) -> Response:
    """When it is, how it stands, and what can be done about it."""
    return await _page(request, store, seen)


@router.post("/our/{session_id}/held", name="session-held")
async def held(request: Request, seen: Own, store: Database) -> Response:
    """The two met."""

    async def work(_: Nothing, unit: Unit) -> Done:
        by = seen.parties.role_of(seen.caller.plays)
        await changing.hold(unit, await unit.get(Session, seen.session.id), by=by)
        return _done(request, WAS_HELD)

    return await act(request, seen.caller, HELD, work, partial(_page, request, store, seen))


@router.post("/our/{session_id}/cancel", name="session-cancelled")
async def cancelled(request: Request, seen: Own, store: Database) -> Response:
    """It does not take place."""
    work = cancelling(seen, _done(request, WAS_CANCELLED))
    return await act(request, seen.caller, FORMS.cancel, work, partial(_page, request, store, seen))


@router.post("/our/{session_id}/move-to", name="session-moved-to")
async def moved_to(request: Request, seen: Own, store: Database) -> Response:
    """It takes place at a time that was offered."""
    work = moving_to(seen, _done(request, WAS_MOVED))
    return await act(request, seen.caller, FORMS.offered, work, partial(_page, request, store, seen))


@router.post("/our/{session_id}/move", name="session-moved")
async def moved(request: Request, seen: Own, store: Database) -> Response:
    """It takes place at another time."""
    work = moving(seen, _done(request, WAS_MOVED))
    return await act(request, seen.caller, FORMS.move, work, partial(_page, request, store, seen))


def _is_to_say(session: Session, now: datetime) -> bool:
    """Whether one of the two may say that they met."""
    is_past = session.state is Outcome.SCHEDULED and session.starts_at <= now
    return is_past or session.may_be_said_late(now)


def _done(request: Request, told: str) -> Done:
    return Done(request.url_for("our-sessions").path, Notice(told))


async def _page(request: Request, store: Store, seen: Ours, form: Filled | None = None) -> Response:
    """The page with all its forms; ``form`` is the one that was sent and is shown again."""
    zone, language = seen.zone, reader(request)

    def told(time: datetime) -> str:
        return f"{weekday(time, zone, language)}, {clock(time, zone, language)}"

    return pages.page(
        request,
        "session.html",
        **await shown(request, store, seen, FORMS, told, form),
        me=seen.me,
        other=seen.other,
        names=await names_of(request, [seen.other.id]),
        is_to_say=_is_to_say(seen.session, store.clock.now()),
        held=form if form and form.form is HELD else filled(request, HELD),
    )
