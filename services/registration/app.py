"""Registration: programmes and the people who take part, and the only place that knows their names."""

from collections.abc import Sequence
from functools import partial

from services.registration import api, handlers, pages
from services.registration.api import refusals
from services.registration.calling.looking import look as look_at_webhooks
from services.registration.calling.tidying import Tidier
from services.registration.mail.looking import look as look_at_mail
from services.registration.metrics import metrics
from services.registration.notices.recovering import forget_addresses, spare_what_may_have_gone
from services.registration.people.identifying import identify
from services.registration.programmes.tidying import Tidier as ContactsTidier
from services.registration.webhooks.asking import hearing
from services.registration.webhooks.recovering import spare_what_may_be_told
from shared.domain.aggregate import aggregates_of
from shared.domain.endpoints import endpoints_in
from shared.domain.handlers import Hears
from shared.domain.people import pseudonym
from shared.domain.work import Store
from shared.language import registration as language
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import said_by
from shared.loops import Pulse
from shared.operations.pages.around import MAIL, WEBHOOKS
from shared.privacy.erasing import Erased
from shared.running.declared import Finding, Work
from shared.service import Service
from shared.settings import Settings
from shared.web.forms.once import Submitted
from shared.web.links.link import Followed


async def put_right(store: Store, settings: Settings) -> None:
    """What another version, or other settings, have left."""
    await identify_all(store, settings)
    if not handlers.somebody_is_written_to(settings):
        await forget_addresses(store)


async def identify_all(store: Store, settings: Settings) -> None:
    """Everybody is found by their number, however it is written."""
    await identify(store, partial(pseudonym, key=settings.pseudonym_key.get_secret_value()))


def works(store: Store, settings: Settings, pulse: Pulse) -> list[Work]:
    """Letters are sent where there is a mail server, and webhooks where some are told of; elsewhere nobody waits for
    what sends them to be imported. Contacts, and what was noted of webhooks, are forgotten in time also where nobody
    is told any more.
    """
    endpoints = endpoints_in(settings.webhooks)
    found: list[Work] = [ContactsTidier(store), Tidier(store, endpoints)]
    if handlers.somebody_is_written_to(settings):
        from services.registration.mail.postman import Postman

        found.append(Postman(store, settings, pulse))
    if endpoints:
        from services.registration.calling.courier import Courier

        found += [Courier(store, each, pulse) for each in endpoints]
    return found


async def look(settings: Settings) -> Sequence[Finding]:
    """At the mail server, and at whoever is told by webhook."""
    return [*await look_at_mail(settings), *await look_at_webhooks(settings)]


async def spare(store: Store) -> None:
    """Whatever may have been sent before the database was restored."""
    await spare_what_may_have_gone(store)
    await spare_what_may_be_told(store)


def told_by_webhook(settings: Settings) -> Sequence[Hears]:
    """Of what happens, to endpoints that want to be told."""
    return hearing(endpoints_in(settings.webhooks))


service = Service(
    name="registration",
    says=(*said_by(language), ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    sentences=refusals.SENTENCES,
    words=refusals.WORDS,
    aggregates=(*aggregates_of(__package__), Erased, Submitted, Followed),
    pages=pages.router,
    entries=pages.ENTRIES,
    deeds=pages.DEEDS,
    operated=(MAIL, WEBHOOKS),
    metrics=metrics,
    puts_right=put_right,
    recovered=spare,
    also_hears=told_by_webhook,
    works=works,
    looks=look,
)
