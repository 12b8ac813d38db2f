"""What people see of registration."""

from fastapi import APIRouter

from services.registration.pages.applying import adding, changing
from services.registration.pages.applying import routes as applying
from services.registration.pages.board import routes as board
from services.registration.pages.call import routes as call
from services.registration.pages.home import by_link as leaving_by_link
from services.registration.pages.home import part
from services.registration.pages.home import routes as home
from services.registration.pages.importing import routes as importing
from services.registration.pages.leading import contacts
from services.registration.pages.leading import routes as leading
from services.registration.pages.mydata import by_link as letters_by_link
from services.registration.pages.mydata import routes as mydata
from services.registration.pages.operating import routes as operating
from services.registration.pages.operating import webhooks
from services.registration.pages.people import one
from services.registration.pages.people import routes as people
from services.registration.pages.planning import routes as planning
from services.registration.pages.protecting import erasures
from services.registration.pages.protecting import routes as protecting
from services.registration.pages.sign_in import routes as sign_in
from services.registration.pages.style import routes as style

OWN = (home, part, call, applying, mydata)
MANAGERS = (board, leading, contacts, planning, people, importing, adding, changing, one)
PAGES = (*OWN, *MANAGERS, protecting, erasures, operating, webhooks, sign_in, style)
ENTRIES = tuple(entry for page in PAGES for entry in page.ENTRIES)
DEEDS = {**leaving_by_link.DEEDS, **letters_by_link.DEEDS}

router = APIRouter()
for page in PAGES:
    router.include_router(page.router)
