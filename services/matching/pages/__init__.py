"""What people see of matching."""

from fastapi import APIRouter

from services.matching.pages.desk import again, asking, comparing, deciding, one_pair, pairs, waiting
from services.matching.pages.desk import routes as desk
from services.matching.pages.partner import routes as partner

PAGES = (partner, desk, asking, again, comparing, deciding, one_pair, waiting, pairs)
ENTRIES = tuple(entry for page in PAGES for entry in page.ENTRIES)

router = APIRouter()
for page in PAGES:
    router.include_router(page.router)
