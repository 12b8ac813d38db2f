"""A file of HR is given, tried or taken in, and answered as it goes on: every step, then what became of its rows."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from pydantic import Field

from services.registration.imports.cells import REQUIRED
from services.registration.imports.following import Following, followed
from services.registration.imports.importing import COUNTED, PeopleImport, Progress, Report, Tell
from services.registration.imports.people_csv import COLUMNS
from services.registration.pages.importing.columns import IN_WORDS, example
from services.registration.pages.people.managed import Managed, Managing
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.people import People
from shared.domain.work import Store
from shared.language.reasons import Reason
from shared.language.values.value import Sent
from shared.telemetry.deeds import note, note_refusal
from shared.web.dependencies import Database, Explain, Explaining, Known
from shared.web.forms.acting import TOLD
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.files import LARGEST_FILE, FileForm, file_in, room_for
from shared.web.forms.reading import read
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()
MOST_SHOWN, MOST_NOTES = 40, 15
"""Cells a page tells of; the others are counted."""
BEGUN = Progress(rows=0, part=0)
OF_THE_FILE = (
    "columns-come-again",
    "columns-missing",
    "file-not-utf-8",
    "file-too-large",
    "file-too-long",
    "no-header",
)
"""Codes of what is wrong with a file as a whole."""

router = APIRouter(include_in_schema=False, route_class=FileForm)
pages = Pages(__package__)


class Given(Sent):
    """A file by its name, which is shown and kept nowhere, and what is done with it."""

    file: str = Field(repr=False)
    how: Literal["try", "keep"]


GIVING = Form(
    Given,
    (
        Asked("file", _("The file"), "file", help=_("As HR exports it: CSV in UTF-8, 64 MB at most.")),
        Asked(
            "how",
            _("What is to be done with it?"),
            "one",
            options={
                "try": _("Only try it: see what would happen, nothing is kept"),
                "keep": _("Take the people in"),
            },
        ),
    ),
    button=_("Send the file"),
    beside=dict.fromkeys(OF_THE_FILE, "file"),
)


@router.get("/everybody/{programme_id}/import", name="people-import")
async def asked(request: Request, seen: Managed, explain: Explaining) -> Response:
    """Which file it takes."""
    return _page(request, seen, explain, filled(request, GIVING, {"how": "try"}))


@router.get("/everybody/{programme_id}/import/example", name="import-example")
async def begun(request: Request, seen: Managed) -> Response:
    """A file to begin with."""
    named = {"Content-Disposition": 'attachment; filename="people.csv"'}
    return Response(example(seen, reader(request)), media_type="text/csv", headers=named)


@router.post("/everybody/{programme_id}/import", name="people-imported")
async def imported(request: Request, seen: Managed, store: Database, known: Known, explain: Explaining) -> Response:
    """Try it, or take in every good row. Whoever sends the same file again changes nothing."""
    sent = await read(request, GIVING)
    form, show = filled(request, GIVING, sent.typed, errors=sent.errors), partial(_page, request, seen, explain)
    if sent.body is None:
        return _again(show(form), 422, "not-valid")
    try:
        following = await _begun(request, seen, store, known, dry_run=sent.body.how == "try")
    except TOLD as failure:
        return _again(show(form.refused(request, failure, seen.caller)), 409, failure.reason.code)
    pieces = _told(request, seen, explain, following, sent.body.how)
    return pages.growing(request, "import.html", pieces, **_around(seen, explain))


async def _begun(request: Request, seen: Managing, store: Store, known: People, *, dry_run: bool) -> Following:
    """It goes on, whoever closes the page; raises what refuses the whole file before it is read."""
    job = PeopleImport(
        store=store, programme_id=seen.programme.id, people=known, covers=seen.caller.manages, dry_run=dry_run
    )
    sent = await file_in(request, "file")
    if (sent.size or 0) > LARGEST_FILE:
        raise Refused("file-too-large", megabytes=LARGEST_FILE // 1024 // 1024)

    async def run(tell: Tell) -> Report:
        report = await job.run(sent.file, tell, begun=partial(tell, BEGUN))
        note(dry_run=dry_run, rows=report.rows, **{name: getattr(report, name) for name in COUNTED})
        return report

    async with AsyncExitStack() as stack:
        stack.enter_context(room_for(request))
        stack.enter_context(closing(sent.file))
        return await followed(run, stack.pop_all())


async def _told(
    request: Request, seen: Managing, explain: Explain, following: Following, how: str
) -> AsyncIterator[Markup]:
    async for progress in following.steps():
        yield pages.fragment(request, "_going.html", progress=progress)
    outcome = following.outcome
    if isinstance(outcome, Reason):
        yield pages.fragment(request, "_broken_off.html", why=explain(outcome))
    else:
        yield pages.fragment(request, "_report.html", seen=seen, **_of(outcome, explain))
        how = "keep"
    yield _giving(request, seen, filled(request, GIVING, {"how": how}), again=True)


def _of(report: Report, explain: Explain) -> dict[str, Any]:
    errors, notes = report.errors, report.notes
    return {
        "report": report,
        "faults": [(fault, explain(fault.reason)) for fault in errors[:MOST_SHOWN]],
        "more_faults": len(errors[MOST_SHOWN:]) + report.errors_left_out,
        "notes": [(fault, explain(fault.reason)) for fault in notes[:MOST_NOTES]],
        "more_notes": len(notes[MOST_NOTES:]) + report.notes_left_out,
        "in_words": IN_WORDS,
    }


def _again(page: Response, status: int, code: str) -> Response:
    note_refusal(code)
    page.status_code = status
    return page


def _page(request: Request, seen: Managing, explain: Explain, form: Filled) -> Response:
    pieces = _giving(request, seen, form, again=False)
    return pages.page(request, "import.html", pieces=pieces, **_around(seen, explain))


def _giving(request: Request, seen: Managing, form: Filled, *, again: bool) -> Markup:
    return pages.fragment(request, "_giving.html", seen=seen, form=form, again=again)


def _around(seen: Managing, explain: Explain) -> dict[str, Any]:
    columns = [(column, explain(expected), column in REQUIRED) for column, expected in COLUMNS.items()]
    return {"seen": seen, "in_words": IN_WORDS, "columns": columns}
