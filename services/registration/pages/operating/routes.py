"""Letters to people, as operators see them: those that stand still, let go again or withdrawn; never to whom."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.registration.notices.desk import OLDEST_FIRST, Part, send_again, which, withdraw
from services.registration.notices.letter import Because, Fate, Letter
from shared.domain.marking import _
from shared.domain.work import Store
from shared.operations.operator import Operator, did
from shared.operations.pages import around
from shared.operations.probes import Parts
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.lists.cursor import LONGEST, key_of, next_address
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__, beside=around.__package__)

LetterId = Annotated[str, Path(min_length=1, max_length=300)]
SHOWN = 25
"""Letters on a page."""
RETRYING = Form(Nothing, (), button=_("Let it go again"))
DROPPING = Form(Nothing, (), button=_("Withdraw it"))
WHY: Mapping[Because, str] = {
    Because.OVERTAKEN: _("It was no longer true, or nobody had to be told any more."),
    Because.ENOUGH: _("Its reader had enough letters that week."),
    Because.UNWANTED: _("Its reader asked for fewer letters."),
    Because.TOO_LATE: _("It would have come too late."),
    Because.MAYBE_SENT: _("It may have gone before the database was put back."),
    Because.NO_ADDRESS: _("Its reader has no address that could be written to."),
    Because.REFUSED: _("The mail server refused it for good, or it could not be written."),
    Because.NOT_TAKEN: _("No mail server took it for as long as was tried."),
    Because.OPERATOR: _("An operator has withdrawn it."),
}
WAITS_AGAIN = _("It waits again, and goes if it is still true.")
WITHDRAWN = _("It is withdrawn and will not be sent.")


@router.get("/operating/mail", name="mail")
async def mail(
    request: Request,
    _caller: Operator,
    store: Database,
    part: Part = Part.WAITING,
    after: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """Those that are to go now or were not taken yet, or those that were given up."""
    now = store.clock.now()
    key = key_of(request, after)
    found = await store.page(Letter, which(part, now), sort=OLDEST_FIRST, after=key, limit=SHOWN, spoilt=[])
    address = request.url_for("mail").path
    counts = [(each.value, f"{address}?part={each}", await store.count(Letter, which(each, now))) for each in Part]
    then = next_address(request, found.then) if found.then else ""
    return _shown(request, "mail.html", letters=found.items, part=part.value, counts=counts, then=then)


@router.get("/operating/mail/{letter_id}", name="mailed")
async def mailed(request: Request, letter_id: LetterId, _caller: Operator, store: Database) -> Response:
    """One of them: what has become of it."""
    return await _page(request, store, letter_id, None)


@router.post("/operating/mail/{letter_id}/retry", name="mail-retried")
async def retried(request: Request, letter_id: LetterId, caller: Operator, running: Parts, store: Database) -> Response:
    """Let one that was given up wait again."""

    async def retry(_sent: Nothing) -> Done:
        await store.run(partial(send_again, identity=letter_id))
        did(running, "retry")
        return Done(_address(request, letter_id), Notice(WAITS_AGAIN))

    return await act_outside(request, caller, RETRYING, retry, partial(_page, request, store, letter_id))


@router.post("/operating/mail/{letter_id}/drop", name="mail-dropped")
async def dropped(request: Request, letter_id: LetterId, caller: Operator, running: Parts, store: Database) -> Response:
    """Withdraw one."""

    async def drop(_sent: Nothing) -> Done:
        await store.run(partial(withdraw, identity=letter_id))
        did(running, "drop")
        return Done(_address(request, letter_id), Notice(WITHDRAWN))

    return await act_outside(request, caller, DROPPING, drop, partial(_page, request, store, letter_id))


def _address(request: Request, letter_id: str) -> str:
    return request.url_for("mailed", letter_id=letter_id).path


async def _page(request: Request, store: Store, letter_id: str, form: Filled | None) -> Response:
    """``form`` is the one that was refused."""
    letter = await store.unit().get(Letter, letter_id)
    return _shown(
        request,
        "mailed.html",
        letter=letter,
        why=WHY[letter.because] if letter.because else "",
        form=form,
        retrying=filled(request, RETRYING) if letter.fate is Fate.GIVEN_UP else None,
        dropping=filled(request, DROPPING) if letter.fate in (Fate.WAITING, Fate.GIVEN_UP) else None,
    )


def _shown(request: Request, template: str, **values: Any) -> Response:
    return pages.page(request, template, **around.standing(request, around.MAIL), **values)
