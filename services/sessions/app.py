"""Sessions: when the two of a pair meet, across zones, working days and holidays."""

from services.sessions import api, handlers, pages
from services.sessions.api import refusals
from services.sessions.pages.one import by_link
from shared.domain.aggregate import aggregates_of
from shared.language import sessions as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service
from shared.web.forms.once import Submitted
from shared.web.links.link import Followed

service = Service(
    name="sessions",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    pages=pages.router,
    entries=pages.ENTRIES,
    deeds=by_link.DEEDS,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased, Submitted, Followed),
)
