"""Webhooks, as operators see them: those that stand still, let go again or dropped; neither addresses nor people."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request, Response

from services.registration.pages.operating.desk import After, Button, Identity, listed, pressed, shown
from services.registration.webhooks.delivery import Because, Delivery, Fate
from services.registration.webhooks.desk import OLDEST_FIRST, Part, drop, send_again, which
from shared.domain.marking import _
from shared.domain.work import Store
from shared.operations.operator import Operator
from shared.operations.pages.around import WEBHOOKS
from shared.operations.probes import Parts
from shared.web.dependencies import Database
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)

WHY: Mapping[Because, str] = {
    Because.NOT_TAKEN: _("The endpoint did not take this webhook for as long as was tried."),
    Because.STOPPED: _("The endpoint has said that it is there no more."),
    Because.UNKNOWN: _("The endpoint stands in the settings no more."),
}
RETRY = Button(
    Form(Nothing, (), button=_("Send this webhook again")),
    send_again,
    "retry",
    _("This webhook waits again, and its endpoint is told."),
)
DROP = Button(
    Form(Nothing, (), button=_("Drop this webhook")), drop, "drop", _("This webhook is dropped and will not be sent.")
)


@router.get("/operating/webhooks", name="hooks")
async def hooks(
    request: Request, _caller: Operator, store: Database, part: Part = Part.WAITING, after: After = ""
) -> Response:
    """Those that wait, or those that were given up; and how many of them each endpoint last answered what."""
    parts = {each.value: which(each) for each in Part}
    found = await listed(request, store, Delivery, OLDEST_FIRST, parts, part.value, after)
    answers = await store.counts(Delivery, which(part), ["endpoint", "answer"])
    return shown(request, WEBHOOKS, "hooks.html", answers=sorted(answers.items()), **found)


@router.get("/operating/webhooks/{webhook_id}", name="hook")
async def hook(request: Request, webhook_id: Identity, _caller: Operator, store: Database) -> Response:
    """One of them: what has become of it."""
    return await _page(request, store, webhook_id, None)


@router.post("/operating/webhooks/{webhook_id}/retry", name="hook-retried")
async def retried(
    request: Request, webhook_id: Identity, caller: Operator, running: Parts, store: Database
) -> Response:
    """Let one that was given up wait again."""
    page = partial(_page, request, store, webhook_id)
    return await pressed(request, caller, running, RETRY, webhook_id, _address(request, webhook_id), page)


@router.post("/operating/webhooks/{webhook_id}/drop", name="hook-dropped")
async def dropped(
    request: Request, webhook_id: Identity, caller: Operator, running: Parts, store: Database
) -> Response:
    """Drop one."""
    page = partial(_page, request, store, webhook_id)
    return await pressed(request, caller, running, DROP, webhook_id, _address(request, webhook_id), page)


def _address(request: Request, webhook_id: str) -> str:
    return request.url_for("hook", webhook_id=webhook_id).path


async def _page(request: Request, store: Store, webhook_id: str, form: Filled | None) -> Response:
    """``form`` is the one that was refused."""
    delivery = await store.unit().get(Delivery, webhook_id)
    return shown(
        request,
        WEBHOOKS,
        "hook.html",
        webhook=delivery,
        why=WHY[delivery.because] if delivery.because else "",
        form=form,
        retrying=filled(request, RETRY.form) if delivery.fate is Fate.GIVEN_UP else None,
        dropping=filled(request, DROP.form) if delivery.fate in (Fate.WAITING, Fate.GIVEN_UP) else None,
    )
