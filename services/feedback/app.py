"""Feedback: the memory and conscience of a programme."""

from services.feedback import api, handlers, pages
from services.feedback.api import refusals
from services.feedback.pages.pulse import by_link
from shared.domain.aggregate import aggregates_of
from shared.language import feedback as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service
from shared.web.forms.once import Submitted
from shared.web.links.link import Followed

service = Service(
    name="feedback",
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
