"""What operators see: how a service is doing, and what they let it do. Every service serves the same pages."""

from fastapi import APIRouter

from shared.operations.pages import again, letters, overview, rebuilding, streams
from shared.web.frame.entries import Entry

PAGES = (overview, streams, letters, again, rebuilding)
ENTRIES: tuple[Entry, ...] = overview.ENTRIES
"""Where they stand in the navigation: it leads to those of the service that somebody looks at."""

router = APIRouter()
for page in PAGES:
    router.include_router(page.router)
