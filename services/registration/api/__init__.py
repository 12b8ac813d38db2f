"""What may be asked of registration, over HTTP."""

from fastapi import APIRouter

from services.registration.api import erasures, imports, names, participants, programmes
from services.registration.api.operating import letters, webhooks

router = APIRouter()
for part in (participants, programmes, imports, erasures, names, letters, webhooks):
    router.include_router(part.router)
