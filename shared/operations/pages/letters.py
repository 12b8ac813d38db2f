"""Dead letters: listed, looked at, tried again, and let go of with a reason."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from shared.delivery.dead_letters import Letter
from shared.domain.marking import _, ngettext
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.operations.operator import Operator, did
from shared.operations.pages.around import Part, shown
from shared.operations.probes import Parts
from shared.running.running import Running
from shared.web.dependencies import Retell, Retelling
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Asked, Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.lists.cursor import LONGEST, key_of, next_address

router = APIRouter(include_in_schema=False, route_class=Guarded)

SHOWN, LONGEST_BODY = 25, 4_000
"""Letters on a page, and letters of a body that is shown."""

WHY: Mapping[str, str] = {
    "superseded": _("A later event says the same, or more"),
    "gone": _("What it is about is not there any more"),
    "broken": _("It is broken, and is said again where it comes from"),
    "other": _("Another reason, which is noted elsewhere"),
}
"""Why somebody moves on without it: a category, for it stands in the log."""


class Dropping(Sent):
    """Why it is let go of."""

    why: Literal["superseded", "gone", "broken", "other"]


RETRYING = Form(Nothing, (), button=_("Try it again"))
DROPPING = Form(
    Dropping, (Asked("why", _("Why is it not needed?"), "one", options=WHY),), button=_("Move on without it")
)
BECAME: Mapping[str, str] = {
    "dead-letter": _("It could not be dealt with this time either. It stays here, with what stood in the way now."),
    "parked": _("It waits for something else now, and is dealt with as soon as that has come."),
    "duplicate": _("It had been dealt with before. There is nothing left to do."),
    "stale": _("It had been dealt with before. There is nothing left to do."),
}
DEALT_WITH = _("It is dealt with.")
DROPPED = ngettext(
    "It is let go of. %(count)s event that waited for it went on.",
    "It is let go of. %(count)s events that waited for it went on.",
)


@router.get("/operating/letters", name="letters")
async def letters(
    request: Request,
    running: Parts,
    _caller: Operator,
    retell: Retelling,
    settled: bool = False,
    after: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """Those that are open, or those that were settled, the oldest first."""
    found, then = await running.desk.letters(settled=settled, after=key_of(request, after), limit=SHOWN)
    return shown(
        request,
        Part.LETTERS,
        "letters.html",
        letters=[_told(each, retell) for each in found],
        then=next_address(request, then) if then else "",
        settled=settled,
        counts=[await running.desk.how_many(settled=each) for each in (False, True)],
    )


@router.get("/operating/letters/{letter_id}", name="letter")
async def letter(request: Request, letter_id: Id, running: Parts, _caller: Operator, retell: Retelling) -> Response:
    """One of them, with what was said in it."""
    return await _page(request, running, retell, letter_id, filled(request, DROPPING))


@router.post("/operating/letters/{letter_id}/retry", name="letter-retried")
async def retried(request: Request, letter_id: Id, running: Parts, caller: Operator, retell: Retelling) -> Response:
    """Deal with it as if it came now."""

    async def retry(_sent: Nothing) -> Done:
        dealt = await running.desk.retry(letter_id)
        did(running, "retry", dead_letter=letter_id, outcome=dealt.outcome)
        return Done(_address(request, letter_id), Notice(BECAME.get(dealt.outcome, DEALT_WITH)))

    return await act_outside(request, caller, RETRYING, retry, partial(_page, request, running, retell, letter_id))


@router.post("/operating/letters/{letter_id}/drop", name="letter-dropped")
async def dropped(request: Request, letter_id: Id, running: Parts, caller: Operator, retell: Retelling) -> Response:
    """Move on without it, for good."""

    async def drop(sent: Dropping) -> Done:
        freed = await running.desk.drop(letter_id)
        did(running, "drop", dead_letter=letter_id, freed=freed, why=sent.why)
        return Done(_address(request, letter_id), Notice(DROPPED, {"count": freed}))

    return await act_outside(request, caller, DROPPING, drop, partial(_page, request, running, retell, letter_id))


def _address(request: Request, letter_id: str) -> str:
    return request.url_for("letter", letter_id=letter_id).path


async def _page(request: Request, running: Running, retell: Retell, letter_id: str, form: Filled) -> Response:
    """``form`` is either of the two; the other one is as it was."""
    found = await running.desk.letter(letter_id)
    said = _said(found.record.value)
    return shown(
        request,
        Part.LETTERS,
        "letter.html",
        letter=_told(found, retell),
        said=said[:LONGEST_BODY],
        is_cut=len(said) > LONGEST_BODY,
        form=form,
        retrying=filled(request, RETRYING),
        dropping=form if form.form is DROPPING else filled(request, DROPPING),
    )


def _told(letter: Letter, retell: Retell) -> dict[str, Any]:
    envelope = letter.envelope
    return {
        "id": letter.id,
        "at": letter.at,
        "stream": letter.record.topic,
        "place": f"{letter.record.partition}/{letter.record.offset}",
        "type": envelope.type if envelope else "",
        "subject": letter.subject,
        "version": letter.version,
        "reason": retell(letter.reason),
        "left_out": letter.left_out,
        "settled": letter.settled or "",
        "settled_at": letter.settled_at,
    }


def _said(value: bytes | None) -> str:
    """What stands in it, as it is read best; empty for what is no text."""
    try:
        text = (value or b"").decode()
    except UnicodeDecodeError:
        return ""
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text
