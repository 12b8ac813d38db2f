"""Importing people from HR."""

from contextlib import AsyncExitStack
from functools import partial
from typing import IO

from fastapi import APIRouter, Request, Response

from services.registration.api.following import in_lines
from services.registration.api.reports import ReportView
from services.registration.api.upload import Uploading, uploaded
from services.registration.imports.following import followed
from services.registration.imports.importing import COUNTED, PeopleImport, Report, Tell
from services.registration.programmes.programme import Programme
from shared.language.terms import Id
from shared.telemetry.deeds import note
from shared.web.access import Manager
from shared.web.dependencies import Database, Explaining, Known
from shared.web.lists.lines import LINES

router = APIRouter(tags=["imports"], route_class=Uploading)


@router.post(
    "/programmes/{programme_id}/import",
    response_model=ReportView,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def import_people(
    programme_id: Id,
    request: Request,
    caller: Manager,
    store: Database,
    people: Known,
    explain: Explaining,
    dry_run: bool = False,
) -> Response | ReportView:
    """Import people from HR: the body is a CSV file. Good rows go in, the others are reported cell by cell.

    Whoever accepts ``application/x-ndjson`` is told how far it is, a JSON object a line: ``progress`` (``rows``, and
    ``part`` of the file from 0 to 1), at last ``report``, or ``failed`` with a sentence,
    and its ``code``.
    """
    caller.must_manage_some((await store.unit().get(Programme, programme_id)).terms.countries)
    job = PeopleImport(store=store, programme_id=programme_id, people=people, covers=caller.manages, dry_run=dry_run)

    async def run(file: IO[bytes], tell: Tell = lambda _: None) -> Report:
        report = await job.run(file, tell)
        note(dry_run=dry_run, rows=report.rows, **{name: getattr(report, name) for name in COUNTED})
        return report

    async with AsyncExitStack() as stack:
        file = await stack.enter_async_context(uploaded(request, caller))
        if LINES not in request.headers.get("accept", ""):
            return ReportView.of(await run(file), explain)
        return in_lines(await followed(partial(run, file), stack.pop_all()), explain)
