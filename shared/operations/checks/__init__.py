"""Whether a service has all it needs: what the command ``check`` tells, for people and for jobs."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime

from shared.delivery.outbox import INDEXES as OF_OUTBOX
from shared.delivery.parking import INDEXES as OF_PARKING
from shared.domain.clock import SystemClock
from shared.language.envelope import Origin
from shared.operations.checks import kafka, mongodb, surroundings
from shared.operations.checks.kafka import Brokers
from shared.operations.checks.mongodb import Database
from shared.operations.checks.result import Check, Explain, asked
from shared.operations.rights import rights_of
from shared.running.declared import Declared
from shared.settings import Settings
from shared.store.indexes import Index, indexes_of
from shared.store.mongodb import PyMongoError
from shared.store.store import Store

__all__ = ["Check", "check_service", "indexes_needed"]


async def check_service(service: Declared, settings: Settings) -> list[Check]:
    """Everything is looked at, whatever fails; no check changes anything and none lasts longer than some seconds."""
    brokers = Brokers(settings, rights_of(service))
    questions: list[tuple[str, Awaitable[list[Check]], Explain]] = [
        ("Kafka", brokers.reachable(), kafka.explain),
        ("Kafka topics", brokers.topics(), kafka.explain),
        ("Kafka group", brokers.group(), kafka.explain),
        ("Certificates", surroundings.certificates(settings, brokers), kafka.explain),
        ("Sign-in", surroundings.sign_in(settings), lambda error: (type(error).__name__, "correct TOKEN_ISSUER")),
        ("Token keys", surroundings.token_keys(settings), lambda error: (type(error).__name__, "correct TOKEN_KEYS")),
        (service.name, _own(service, settings), lambda error: (type(error).__name__, "see the log")),
    ]
    found = [
        surroundings.configuration(settings),
        *await asyncio.gather(_database(service, settings), *(asked(*question) for question in questions)),
        surroundings.clock(settings),
        surroundings.time_zones(datetime.now(UTC).year),
    ]
    return [check for checks in found for check in checks]


def indexes_needed(service: Declared) -> list[Index]:
    """All that ``prepare`` makes."""
    return [*indexes_of(service.aggregates), *OF_OUTBOX, *OF_PARKING]


async def _own(service: Declared, settings: Settings) -> list[Check]:
    return [Check(what, not remedy, found, remedy) for what, found, remedy in await service.looks(settings)]


async def _database(service: Declared, settings: Settings) -> list[Check]:
    name = f"{settings.mongodb_database_prefix}_{service.name}"
    origin = Origin(service.name, settings.region)
    try:
        store = Store(settings.mongodb_url.get_secret_value(), name, origin, SystemClock())
    except (PyMongoError, ValueError) as error:
        return [Check("MongoDB", False, *mongodb.explain(error))]
    database = Database(store, indexes_needed(service))
    questions = {
        "MongoDB": database.reachable(),
        "MongoDB transactions": database.transactions(),
        "MongoDB rights": database.rights(),
        "MongoDB indexes": database.indexes(),
    }
    try:
        # all at once: where nothing answers, each waits as long as the driver looks for a server
        found = await asyncio.gather(*(asked(what, question, mongodb.explain) for what, question in questions.items()))
    finally:
        await store.close()
    return [check for checks in found for check in checks]
