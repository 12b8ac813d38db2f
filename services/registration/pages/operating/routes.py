"""Letters to people, as operators see them: those that stand still, let go again or withdrawn; never to whom."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request, Response

from services.registration.notices.desk import OLDEST_FIRST, Part, send_again, which, withdraw
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.pages.operating.desk import After, Button, Identity, listed, pressed, shown
from shared.domain.marking import _
from shared.domain.work import Store
from shared.operations.operator import Operator
from shared.operations.pages.around import MAIL
from shared.operations.probes import Parts
from shared.web.dependencies import Database
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)

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
RETRY = Button(
    Form(Nothing, (), button=_("Let it go again")),
    send_again,
    "retry",
    _("It waits again, and goes if it is still true."),
)
DROP = Button(Form(Nothing, (), button=_("Withdraw it")), withdraw, "drop", _("It is withdrawn and will not be sent."))


@router.get("/operating/mail", name="mail")
async def mail(
    request: Request, _caller: Operator, store: Database, part: Part = Part.WAITING, after: After = ""
) -> Response:
    """Those that are to go now or were not taken yet, or those that were given up."""
    parts = {each.value: which(each, store.clock.now()) for each in Part}
    found = await listed(request, store, Letter, OLDEST_FIRST, parts, part.value, after)
    return shown(request, MAIL, "mail.html", **found)


@router.get("/operating/mail/{letter_id}", name="mailed")
async def mailed(request: Request, letter_id: Identity, _caller: Operator, store: Database) -> Response:
    """One of them: what has become of it."""
    return await _page(request, store, letter_id, None)


@router.post("/operating/mail/{letter_id}/retry", name="mail-retried")
async def retried(request: Request, letter_id: Identity, caller: Operator, running: Parts, store: Database) -> Response:
    """Let one that was given up wait again."""
    page = partial(_page, request, store, letter_id)
    return await pressed(request, caller, running, RETRY, letter_id, _address(request, letter_id), page)


@router.post("/operating/mail/{letter_id}/drop", name="mail-dropped")
async def dropped(request: Request, letter_id: Identity, caller: Operator, running: Parts, store: Database) -> Response:
    """Withdraw one."""
    page = partial(_page, request, store, letter_id)
    return await pressed(request, caller, running, DROP, letter_id, _address(request, letter_id), page)


def _address(request: Request, letter_id: str) -> str:
    return request.url_for("mailed", letter_id=letter_id).path


async def _page(request: Request, store: Store, letter_id: str, form: Filled | None) -> Response:
    """``form`` is the one that was refused."""
    letter = await store.unit().get(Letter, letter_id)
    return shown(
        request,
        MAIL,
        "mailed.html",
        letter=letter,
        why=WHY[letter.because] if letter.because else "",
        form=form,
        retrying=filled(request, RETRY.form) if letter.fate is Fate.GIVEN_UP else None,
        dropping=filled(request, DROP.form) if letter.fate in (Fate.WAITING, Fate.GIVEN_UP) else None,
    )
