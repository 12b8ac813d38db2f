"""What may be asked of sessions, over HTTP."""

from fastapi import APIRouter

from services.sessions.api import sessions

router = APIRouter()
for part in (sessions,):
    router.include_router(part.router)
