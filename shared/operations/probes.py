"""What platform and ops teams ask every service: is it alive, is it ready, how is it doing."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_METRICS
from pydantic import BaseModel, ConfigDict, Field

from shared.language.everybody import ReplayRequested
from shared.language.streams import Event
from shared.operations import asyncapi
from shared.operations.exposition import backlog_of, exposition, lag_of, looked_at
from shared.running.running import Running
from shared.web.access import Caller, allow, anyone
from shared.web.guarded import Guarded
from shared.web.pages import Pages

router = APIRouter(tags=["operations"], route_class=Guarded)
pages = Pages("shared.web")


def running_of(request: Request) -> Running:
    running: Running = request.app.state.running
    return running


Parts = Annotated[Any, Depends(running_of)]


class Live(BaseModel):
    """Whether it moves, and if not, what stands still."""

    model_config = ConfigDict(serialize_by_alias=True)

    live: bool
    standing_still: list[str] | None = Field(default=None, serialization_alias="standing still")


class Ready(BaseModel):
    """Whether it can serve people, and if not, why."""

    ready: bool
    because: Mapping[str, str]
    obstacles: Mapping[str, str]
    """What is in the way of events, and why; people are served all the same, unless it stands above too."""
    delayed: Mapping[str, str]
    """What waits meanwhile, and why; all else goes on, so it says nothing of readiness."""


@router.get("/health/live", dependencies=[anyone()], response_model_exclude_none=True, responses={503: {"model": Live}})
async def live(running: Parts, response: Response) -> Live:
    """Alive means moving: 503 when a loop has stood still for a minute or the consumer has died."""
    silent = running.pulse.silent(running.silent)
    if silent or not running.bus.alive:
        response.status_code = 503
        return Live(live=False, standing_still=silent or ["consumer"])
    return Live(live=True)


@router.get("/health/ready", dependencies=[anyone()], responses={503: {"model": Ready}})
async def ready(running: Parts, response: Response) -> Ready:
    """Ready means that people can be served: it has started, and its database answers; 503 and the reason when not.

    Kafka may be away meanwhile: what is in the way of events stands under ``obstacles``, and hinders nobody else.
    """
    health = await looked_at(running)
    response.status_code = 503 if health.because else 200
    return Ready(
        ready=not health.because, because=health.because, obstacles=health.obstacles, delayed=running.pulse.delays
    )


@router.get(
    "/metrics",
    dependencies=[anyone()],
    response_class=PlainTextResponse,
    responses={200: {"content": {OPEN_METRICS.partition(";")[0]: {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request, running: Parts) -> Response:
    """For Prometheus, also as OpenMetrics."""
    shown, content_type = await exposition(running, request.headers.get("accept", ""))
    return Response(shown, media_type=content_type)


@router.get("/operations/backlog")
async def backlog(running: Parts, _: Annotated[Caller, allow("operator")]) -> dict[str, int]:
    """What is still to be done here, in events and things; all zeros means quiet.

    ``lag`` is -1 while nobody can tell it: the consumer group is forming, or Kafka does not answer.
    """
    return {**await backlog_of(running), "lag": await lag_of(running)}


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
    return _described(service.name, (*service.says, ReplayRequested), (*service.hears, ReplayRequested))


@cache
def _described(service: str, says: tuple[type[Event], ...], hears: tuple[type[Event], ...]) -> dict[str, Any]:
    """Anybody may ask for it, and it takes a while."""
    return asyncapi.document(service, says, hears)
