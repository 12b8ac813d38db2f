"""Sessions: when the two of a pair meet, across zones, working days and holidays."""

from services.sessions import api, handlers
from services.sessions.api import refusals
from shared.domain.aggregate import aggregates_of
from shared.language import sessions as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service

service = Service(
    name="sessions",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased),
)
