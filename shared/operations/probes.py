"""What platform and ops teams ask every service: is it alive, is it ready, how is it doing, what does it speak."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from shared.language.everybody import ReplayRequested
from shared.operations import asyncapi
from shared.operations.exposition import answers, exposition, obstacles
from shared.running.running import Running
from shared.web.access import Caller, allow, anyone
from shared.web.pages import Pages

router = APIRouter(tags=["operations"])
pages = Pages("shared.web")


def running_of(request: Request) -> Running:
    running: Running = request.app.state.running
    return running


Parts = Annotated[Any, Depends(running_of)]


@router.get("/health/live", dependencies=[anyone()])
async def live(running: Parts) -> Response:
    """Alive means moving: 503 when a loop has stood still for a minute or the consumer has died."""
    silent = running.pulse.silent(running.silent)
    if silent or not running.bus.alive:
        return JSONResponse({"live": False, "standing still": silent or ["consumer"]}, 503)
    return JSONResponse({"live": True})


@router.get("/health/ready", dependencies=[anyone()])
async def ready(running: Parts) -> Response:
    """Ready means broker and database answer and nothing is being tried again: 503 and the reason when not."""
    database, broker = await asyncio.gather(answers(running.store.ping()), answers(running.bus.lag()))
    why = obstacles(running, database=database, broker=broker)
    running.telemetry.ready.set(not why)
    return JSONResponse({"ready": not why, "because": why}, 503 if why else 200)


@router.get("/metrics", dependencies=[anyone()])
async def metrics(request: Request, running: Parts) -> Response:
    """For Prometheus, also as OpenMetrics."""
    shown, content_type = await exposition(running, request.headers.get("accept", ""))
    return Response(shown, media_type=content_type)


@router.get("/operations/backlog")
async def backlog(running: Parts, _: Annotated[Caller, allow("operator")]) -> dict[str, int]:
    """What is still to be done here, in events and things; all zeros means quiet.

    ``lag`` is -1 while the consumer group is still forming.
    """
    lag = sum((await running.bus.lag()).values()) if running.bus.assigned else -1
    return {
        "outbox": await running.outbox.pending(),
        "parked": await running.store.db["parked"].count_documents({}),
        "due": await running.due.overdue(),
        "lag": lag,
    }


@router.get("/asyncapi.json", name="asyncapi-document", dependencies=[anyone()], include_in_schema=False)
async def asyncapi_document(running: Parts) -> dict[str, Any]:
    """The events this service says and hears."""
    return _document(running)


@router.get("/asyncapi", dependencies=[anyone()], include_in_schema=False)
async def asyncapi_page(request: Request, running: Parts) -> HTMLResponse:
    """The same for reading."""
    return pages.page(request, "asyncapi.html", service=running.service.name, document=_document(running))


def _document(running: Running) -> dict[str, Any]:
    service = running.service
    every_service = (ReplayRequested,)
    return asyncapi.document(service.name, (*service.says, *every_service), (*service.hears, *every_service))
