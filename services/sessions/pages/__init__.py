"""What people see of sessions."""

from fastapi import APIRouter

from services.sessions.pages.one import managed, ours
from services.sessions.pages.our import routes
from services.sessions.pages.programme import routes as programme

PAGES = (routes, ours, programme, managed)
ENTRIES = tuple(entry for page in PAGES for entry in page.ENTRIES)

router = APIRouter()
for page in PAGES:
    router.include_router(page.router)
