"""What may be asked of feedback, over HTTP."""

from fastapi import APIRouter

from services.feedback.api import figures, momentum, pulse

router = APIRouter()
for part in (pulse, momentum, figures):
    router.include_router(part.router)
