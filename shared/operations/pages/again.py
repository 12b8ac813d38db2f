"""What was said is said again: how far that is, and asking for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.domain.marking import _
from shared.language.streams import Stream
from shared.language.values.days import Day
from shared.language.values.value import Sent
from shared.operations.operator import Operator, did, says_of, wish_of
from shared.operations.pages.around import Part, shown
from shared.operations.probes import Parts
from shared.running.running import Running
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded

router = APIRouter(include_in_schema=False, route_class=Guarded)

BECAUSE: Mapping[str, str] = {
    "asked": _("An operator asked for it"),
    "missed": _("Somebody who hears it missed something"),
    "lost": _("Kafka has lost what was said"),
    "forgot": _("Kafka began empty"),
}
"""Who or what asks for it."""


class Again(Sent):
    """What is to be said again, by whole days in UTC."""

    stream: Stream | None = None
    since: Day | None = None
    until: Day | None = None


AGAIN = Form(
    Again,
    (
        Asked("stream", _("Which stream?"), "list", help=_("All that this service says, unless you choose one.")),
        Asked("since", _("From which day on?"), "date", help=_("Days are those of UTC."), short=True),
        Asked("until", _("Up to which day, with that day?"), "date", short=True),
    ),
    button=_("Say it again"),
    beside={"nothing-between": "until", "not-said-here": "stream"},
)
BEGUN = _("It is noted, and said again in the background. Here stands how far that is.")


@router.get("/operating/again", name="said-again")
async def said_again(request: Request, running: Parts, _caller: Operator) -> Response:
    """What waits, is being said and was last, of each stream."""
    return await _page(request, running, filled(request, AGAIN))


@router.post("/operating/again", name="say-again")
async def say_again(request: Request, running: Parts, caller: Operator) -> Response:
    """Ask for it. Whoever had it does not mind."""

    async def ask(sent: Again) -> Done:
        stream = sent.stream.value if sent.stream else None
        since, until = _midnight(sent.since), _midnight(sent.until, timedelta(days=1))
        await running.replaying.ask(wish_of(running, stream, since, until), stream)
        did(running, "replay", stream=stream or "all")
        return Done(request.url_for("said-again").path, Notice(BEGUN))

    return await act_outside(request, caller, AGAIN, ask, partial(_page, request, running))


def _midnight(day: date | None, later: timedelta = timedelta(0)) -> datetime | None:
    return datetime.combine(day, time(tzinfo=UTC)) + later if day else None


async def _page(request: Request, running: Running, form: Filled) -> Response:
    found: list[tuple[str, str, dict[str, Any]]] = await running.replaying.jobs.all()
    return shown(
        request,
        Part.AGAIN,
        "again.html",
        jobs=[
            {"stream": stream, "state": state, "seen": 0, "of": 0, "events": 0} | job for stream, state, job in found
        ],
        because=BECAUSE,
        form=form.offering({"stream": {each: each for each in says_of(running)}}),
    )
