"""What a recovery promises, on the built-in servers: tests/chaos/test_restored.py shows it for a whole programme."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter

from deploy.local.kafka import EmbeddedKafka
from shared.delivery.outbox import Outbox
from shared.domain.clock import SystemClock
from shared.kafka.connection import make_reader
from shared.language.feedback import FeedbackSubmitted
from shared.language.sessions import SessionHeld, SessionScheduled
from shared.language.streams import Stream
from shared.language.terms import Role
from shared.operations.recovery import Recovered, recover
from shared.running.running import Running
from shared.service import Service
from shared.store.rows import Row
from shared.store.unit import Unit
from tests.support import ledger
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Mongo
from tests.support.backup import back_up, restore
from tests.support.ledger import Entry, Receipt
from tests.support.reading import read, write

SERVICE = Service(
    name="ledger",
    says=(FeedbackSubmitted,),
    handlers=ledger,
    router=APIRouter(),
    aggregates=(Entry, Receipt),
)
SUBMITTED = FeedbackSubmitted.type


@pytest.fixture
def kafka() -> Iterator[EmbeddedKafka]:
    """A built-in one, with every topic there."""
    with EmbeddedKafka() as kafka:
        write(kafka.bootstrap_servers, [(stream.value, b"nobody", None, ()) for stream in Stream])
        yield kafka


@pytest.fixture
def database(database_name: str) -> str:
    return f"{database_name}_ledger"


@asynccontextmanager
async def at_rest(kafka: EmbeddedKafka, mongodb: Mongo, prefix: str) -> AsyncIterator[Running]:
    """The service, which does not serve."""
    settings = settings_for(
        new_issuer(),
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        mongodb_url=mongodb.url,
        mongodb_database_prefix=prefix,
    )
    running = Running(SERVICE, settings, SystemClock())
    try:
        yield running
    finally:
        await running.outbox.stop()
        await running.store.close()


async def caught_up(running: Running) -> Recovered:
    """All of what is heard dealt with, and what that decided published."""
    done = await recover(running, lambda *_: None)
    await published(running.outbox)
    return done


async def published(outbox: Outbox) -> None:
    while await outbox.pending():
        await outbox.publish()


def happen(kafka: EmbeddedKafka, *rows: Row) -> None:
    """Others say this."""
    write(kafka.bootstrap_servers, [(row.topic, row.key, row.value, row.headers) for row in rows])


def met(session: str) -> Sequence[Row]:
    """A session that was planned and held."""
    return [
        ledger.row(ledger.event(SessionScheduled, session), 1),
        ledger.row(ledger.event(SessionHeld, session), 2),
    ]


def told(kafka: EmbeddedKafka) -> list[tuple[str, str]]:
    """Subject and version of all the service has published."""
    records = read(kafka.bootstrap_servers, [FeedbackSubmitted.stream.value])
    return sorted((record.header("ce_subject"), record.header("ce_version")) for record in records if record.value)


async def by_hand(running: Running) -> None:
    """Something is decided because somebody asked for it: no event tells of it."""
    said = FeedbackSubmitted(programme_id="p", pulse_id="hand", pair_id="pair", session_id="s", role=Role.MENTEE)

    async def work(unit: Unit) -> None:
        unit.save((await unit.find(Receipt, said.subject) or Receipt(id=said.subject)).raising(said))

    await running.store.run(work)
    await published(running.outbox)


async def heard(running: Running) -> dict[str, tuple[str, ...]]:
    return {entry.id: entry.heard for entry in await running.store.all(Entry, {})}


async def test_a_database_put_back_knows_everything_again_and_says_nothing_twice(
    kafka: EmbeddedKafka, mongodb: Mongo, database_name: str, database: str
) -> None:
    happen(kafka, *met("s1"))
    async with at_rest(kafka, mongodb, database_name) as running:
        await caught_up(running)
        backup = back_up(mongodb.url, database)
        before_their_turn = reversed(met("s3"))
        happen(kafka, *met("s2"), *before_their_turn)
        await caught_up(running)
        await by_hand(running)
        whole, said = await heard(running), told(kafka)
    assert whole == dict.fromkeys(("s1", "s2", "s3"), ("scheduled 1", "held"))
    restore(mongodb.url, database, backup)

    async with at_rest(kafka, mongodb, database_name) as running:
        done = await caught_up(running)
        assert await heard(running) == whole
        assert told(kafka) == said, "what was published is not said again"
        assert await running.store.db["parked"].count_documents({}) == 0
        assert (done.taken_back, done.lost) == (len(said), {SUBMITTED: 1}), "what was asked for is lost, and told"

        await by_hand(running)
        numbers = [version for subject, version in told(kafka) if subject == "hand"]
        assert numbers == ["1", "2"], "numbers go on, or nobody would believe them"

    async with at_rest(kafka, mongodb, database_name) as running:
        await running.prepare()
        await by_hand(running)
        assert [version for subject, version in told(kafka) if subject == "hand"] == ["1", "2", "3"]


async def test_it_may_be_repeated(kafka: EmbeddedKafka, mongodb: Mongo, database_name: str, database: str) -> None:
    happen(kafka, *met("s1"), *met("s2"))
    async with at_rest(kafka, mongodb, database_name) as running:
        await caught_up(running)
    restore(mongodb.url, database, back_up(mongodb.url, "nothing_at_all"))
    async with at_rest(kafka, mongodb, database_name) as running:
        first, second = await caught_up(running), await caught_up(running)
        assert first == second
        assert told(kafka) == [("s1.mentor", "1"), ("s2.mentor", "1")]
        assert len(await heard(running)) == 2


async def test_a_broker_that_says_nothing_is_a_time_out_and_nothing_is_half_done(
    kafka: EmbeddedKafka, mongodb: Mongo, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(kafka, *met("s1"))

    def silent(*given: Any, **named: Any) -> Any:
        reader = make_reader(*given, **named)

        async def nothing(**_: Any) -> dict[Any, Any]:
            return {}

        reader.getmany = nothing
        return reader

    async with at_rest(kafka, mongodb, database_name) as running:
        with monkeypatch.context() as patch:
            patch.setattr("shared.operations.recovery.make_reader", silent)
            with pytest.raises(TimeoutError, match="sent nothing"):
                await caught_up(running)
        await caught_up(running)
        assert await heard(running) == {"s1": ("scheduled 1", "held")}
        assert told(kafka) == [("s1.mentor", "1")]
