"""What may be asked of a service, for reading and trying out: its OpenAPI document in Swagger UI."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.web.access import anyone
from shared.web.guarded import Guarded
from shared.web.pages import POLICY, Pages

docs_router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages("shared.web")
DRAWN = POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""Swagger UI's style sheet holds its pictures."""


@docs_router.get("/docs", name="docs", dependencies=[anyone()])
async def docs(request: Request) -> HTMLResponse:
    """The page; all it loads comes from here."""
    page = pages.page(request, "docs.html", title=request.app.title)
    page.headers["Content-Security-Policy"] = DRAWN
    return page
