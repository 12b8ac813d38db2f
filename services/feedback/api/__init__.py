"""What may be asked of feedback, over HTTP."""

from fastapi import APIRouter

from services.feedback.api import feedback

router = APIRouter()
for part in (feedback,):
    router.include_router(part.router)
