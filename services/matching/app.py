"""Matching: who fits whom, by which rules and why, in rounds that are proven to be the best there are."""

from services.matching import api, handlers
from services.matching.api import refusals
from services.matching.metrics import metrics
from services.matching.solver.worker import kept_warm
from shared.domain.aggregate import aggregates_of
from shared.language import matching as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service

service = Service(
    name="matching",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased),
    metrics=metrics,
    beside=kept_warm,
)
