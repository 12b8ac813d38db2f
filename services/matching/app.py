"""Matching: who fits whom, by which rules and why, in rounds that are proven to be the best there are."""

from services.matching import api, handlers, pages
from services.matching.api import refusals
from services.matching.metrics import metrics
from services.matching.pages.partner import by_link
from services.matching.rounds.ending import call_old_trials
from services.matching.solver.worker import kept_warm
from shared.domain.aggregate import aggregates_of
from shared.language import matching as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.privacy.erasing import Erased
from shared.service import Service
from shared.web.forms.once import Submitted
from shared.web.links.link import Followed

service = Service(
    name="matching",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    pages=pages.router,
    entries=pages.ENTRIES,
    deeds=by_link.DEEDS,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased, Submitted, Followed),
    metrics=metrics,
    puts_right=call_old_trials,
    beside=kept_warm,
)
