"""What may be asked of matching, over HTTP."""

from fastapi import APIRouter

from services.matching.api import pairs, rounds, waiting

router = APIRouter()
for part in (pairs, waiting, rounds):
    router.include_router(part.router)
