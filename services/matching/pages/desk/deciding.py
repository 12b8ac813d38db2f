"""Approving a round, or calling it off: a person decides, after what it means was said."""

from functools import partial

from fastapi import APIRouter, Request, Response

from services.matching.pages.desk.seeing import OfRound, Seen
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.deciding import approve_all
from services.matching.rounds.ending import cancel
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Store, Unit
from shared.telemetry.deeds import note
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


APPROVING = Form(Nothing, (), button=_("Approve this round"))
COMPLETING = Form(Nothing, (), button=_("Complete this round"))
"""The same where no pair waits for it any more, or there never was one."""
CANCELLING = Form(Nothing, (), button=_("Cancel this round"))
APPROVED = _("You have approved the round. Its pairs are being formed, and everybody is told.")
COMPLETED = _("The round is being completed. Whoever is left over is told why.")
CANCELLED = _("The round is cancelled. Nobody is paired by it.")


@router.get("/desk/rounds/{round_id}/approve", name="approve-round")
async def approving(request: Request, seen: OfRound, store: Database) -> Response:
    """What approving means."""
    if not seen.is_approvable:
        seen.desk.programme.must_be_open()
        raise Refused("round-not-proposed", state=seen.found.state)
    pairs = await _waiting(store, seen)
    return await _approving(request, seen, pairs, filled(request, APPROVING if pairs else COMPLETING))


@router.post("/desk/rounds/{round_id}/approve", name="round-approved")
async def approved(request: Request, seen: OfRound, store: Database) -> Response:
    """Form every pair the round still proposes, and complete it."""
    pairs = await _waiting(store, seen)
    form, told = (APPROVING, APPROVED) if pairs else (COMPLETING, COMPLETED)

    async def work(_nothing: Nothing, unit: Unit) -> Done:
        now = await Seen.of(seen.desk.caller, unit, seen.found.id)
        await approve_all(unit, now.found)
        return _done(request, now, told)

    return await act(request, seen.desk.caller, form, work, partial(_approving, request, seen, pairs))


@router.get("/desk/rounds/{round_id}/cancel", name="cancel-round")
async def cancelling(request: Request, seen: OfRound) -> Response:
    """What calling it off means."""
    if not seen.is_cancellable:
        raise Refused("round-not-cancellable", state=seen.found.state)
    return await _cancelling(request, seen, filled(request, CANCELLING))


@router.post("/desk/rounds/{round_id}/cancel", name="round-cancelled")
async def cancelled(request: Request, seen: OfRound) -> Response:
    """Stop the round, or drop what it proposes."""

    async def work(_nothing: Nothing, unit: Unit) -> Done:
        now = await Seen.of(seen.desk.caller, unit, seen.found.id)
        await cancel(unit, now.found.id)
        return _done(request, now, CANCELLED)

    return await act(request, seen.desk.caller, CANCELLING, work, partial(_cancelling, request, seen))


def _done(request: Request, seen: Seen, told: str) -> Done:
    note(programme_id=seen.desk.programme.id, round_id=seen.found.id)
    return Done(request.url_for("round", round_id=seen.found.id).path, Notice(told))


async def _waiting(store: Store, seen: Seen) -> int:
    return await store.count(Pair, {"round_id": seen.found.id, "state": PairState.PROPOSED.value})


async def _approving(request: Request, seen: Seen, pairs: int, form: Filled) -> Response:
    return pages.page(request, "approve.html", seen=seen, form=form, pairs=pairs)


async def _cancelling(request: Request, seen: Seen, form: Filled) -> Response:
    return pages.page(request, "cancel.html", seen=seen, form=form)
