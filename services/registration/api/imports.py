"""Importing people from HR."""

from contextlib import AsyncExitStack
from functools import partial

from fastapi import APIRouter, Request, Response

from services.registration.api.following import LINES, followed
from services.registration.api.managing import covers_of, managed_countries
from services.registration.api.reports import ReportView
from services.registration.api.upload import LARGEST_FILE, uploaded
from services.registration.imports.importing import PeopleImport
from services.registration.programmes.programme import Programme
from shared.language.terms import Id
from shared.web.access import Manager
from shared.web.dependencies import Database, Explaining, Pseudonym

router = APIRouter(tags=["registration"])


@router.post(
    "/programmes/{programme_id}/import",
    max_body_size=2 * LARGEST_FILE,  # «uploaded» says it in better words
    response_model=ReportView,
    responses={200: {"content": {LINES: {}}}},
)
async def import_people(
    programme_id: Id,
    request: Request,
    caller: Manager,
    store: Database,
    pseudonym: Pseudonym,
    explain: Explaining,
    dry_run: bool = False,
) -> Response | ReportView:
    """Import people from HR: the body is a CSV file. Good rows go in, the others are reported cell by cell.

    Whoever accepts ``application/x-ndjson`` is told how far it is, a JSON object a line: ``progress`` (``rows``, and
    ``part`` of the file from 0 to 1), at last ``report``, or ``failed`` with a sentence,
    and its ``code``.
    """
    managed_countries(caller, await store.unit().get(Programme, programme_id))
    job = PeopleImport(
        store=store, programme_id=programme_id, pseudonym=pseudonym, covers=covers_of(caller), dry_run=dry_run
    )
    async with AsyncExitStack() as stack:
        file = await stack.enter_async_context(uploaded(request))
        if LINES not in request.headers.get("accept", ""):
            return ReportView.of(await job.run(file), explain)
        return await followed(partial(job.run, file), stack.pop_all(), explain)
