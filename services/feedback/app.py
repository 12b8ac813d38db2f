"""Feedback: the memory and conscience of a programme."""

from services.feedback import api, handlers
from services.feedback.api import refusals
from shared.domain.aggregate import aggregates_of
from shared.language import feedback as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service

service = Service(
    name="feedback",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased),
)
