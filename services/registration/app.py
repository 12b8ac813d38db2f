"""Registration: programmes and the people who take part, and the only place that knows their names."""

from services.registration import api, handlers, pages
from services.registration.api import refusals
from services.registration.metrics import metrics
from shared.domain.aggregate import aggregates_of
from shared.language import registration as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service

service = Service(
    name="registration",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased),
    pages=pages.router,
    metrics=metrics,
)
