"""What pages are made of, shown with its use: for whoever builds one, and for the tests that look at all of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.registration.pages.style.wish import WISH, Wish
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.web.access import Caller, RoleName, allow
from shared.web.forms.acting import Done, act
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry, Where
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages

SIGNED_IN: tuple[RoleName, ...] = ("participant", "manager", "operator")
ENTRIES = (Entry("style", "Style", SIGNED_IN, order=90, where=Where.BELOW),)

DAYS: Mapping[str, Any] = {"today": date(2026, 3, 2), "week": timedelta(days=7), "day_long": timedelta(days=1)}
"""Always the same, so that a picture of the page is."""

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/style", name="style", dependencies=[allow(*SIGNED_IN)])
async def style(request: Request) -> Response:
    """Every component, and a form."""
    return await _shown(request, filled(request, WISH, {"minutes": "60", "length": "30"}))


@router.post("/style", name="wish")
async def wish(request: Request, caller: Annotated[Caller, allow(*SIGNED_IN)]) -> Response:
    """The form is checked and answered like any other; it changes nothing."""
    address = request.url_for("style").path

    async def thank(sent: Wish, _unit: Unit) -> Done:
        if sent.topic.casefold() == "nothing":
            raise Refused("nothing-to-learn")
        return Done(
            address, Notice(_("Thank you: your wish for “%(topic)s” could be kept now."), {"topic": sent.topic})
        )

    return await act(request, caller, WISH, thank, partial(_shown, request))


async def _shown(request: Request, form: Filled) -> Response:
    return pages.page(request, "style.html", form=form, **DAYS)
