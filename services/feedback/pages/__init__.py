"""What people see of feedback."""

from fastapi import APIRouter

from services.feedback.pages.alarms import one_pair
from services.feedback.pages.alarms import routes as alarms
from services.feedback.pages.figures import group
from services.feedback.pages.figures import routes as figures
from services.feedback.pages.pulse import routes as pulse

PAGES = (pulse, alarms, one_pair, figures, group)
ENTRIES = tuple(entry for page in PAGES for entry in page.ENTRIES)

router = APIRouter()
for page in PAGES:
    router.include_router(page.router)
