"""What may be asked of registration, over HTTP."""

from fastapi import APIRouter

from services.registration.api import erasures, imports, participants, programmes

router = APIRouter()
for part in (programmes, participants, imports, erasures):
    router.include_router(part.router)
