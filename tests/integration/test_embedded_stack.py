"""The embedded broker forgets everything when it stops, and the oldest when it is full: nothing is lost by either."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from deploy.local.issuer import Issuer
from deploy.local.kafka import EmbeddedKafka
from deploy.local.mongod import Mongod
from deploy.local.ports import free_port
from deploy.local.scenario.checking.evidence import gather_evidence
from deploy.local.scenario.checking.invariants import violations
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from deploy.local.scenario.playing.gateway import Gateway
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage
from deploy.local.stack import Backends, running, settings_for
from deploy.services import SERVICES
from services.matching.app import service as matching
from services.registration.app import service as registration
from shared.domain.clock import SystemClock
from shared.kafka import progress
from shared.language.matching import MatchingRoundCompleted
from shared.language.streams import Stream
from shared.running.running import Running
from shared.service import Service
from shared.settings import Settings
from shared.store.rows import row_of
from shared.store.unit import Unit

TODAY = datetime.now(UTC) - timedelta(days=100)
HEARS = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
MANY, BULKY = 3000, 2000
"""So many events of so many bytes are more than the 5 MB the broker keeps of a partition."""
WITHIN = 240
ASK_AGAIN_AFTER = 15.0
"""Seconds that a replay fits into on a busy machine too: several at once overrun the broker again and again."""
LOOK_SECONDS = 0.1


@pytest.fixture
def mongod(tmp_path: Path) -> Iterator[Mongod]:
    """A database that outlives brokers and services."""
    with Mongod(tmp_path / "mongodb") as server:
        yield server


@asynccontextmanager
async def bnp_uk(directory: Path, kafka: EmbeddedKafka, mongod: Mongod) -> AsyncIterator[Stage]:
    """Everything in this process, as ``make up`` has it."""
    found = Backends(kafka.bootstrap_servers, mongod.url, forgets=True)
    async with running(directory, free_port(), found) as stack, Gateway(stack.urls, stack.issuer.token) as gateway:
        stack.clock.move_to(TODAY)
        yield Stage(scenario=generate("bnp-uk", DEFAULT_SEED, TODAY.date()), gateway=gateway, clock=stack.clock)


async def test_what_the_broker_forgot_is_said_again_at_the_next_start(tmp_path: Path, mongod: Mongod) -> None:
    with EmbeddedKafka() as kafka:
        async with bnp_uk(tmp_path, kafka, mongod) as stage:
            await opening(stage)
    with EmbeddedKafka() as kafka:
        async with bnp_uk(tmp_path, kafka, mongod) as stage:
            await settle(stage.gateway, stage.operator)
            gather = partial(gather_evidence, kafka.bootstrap_servers, mongod.url, HEARS, with_letters=True)
            evidence = await asyncio.to_thread(gather)
    assert violations(evidence) == []
    assert all(row["published_at"] for rows in evidence.outboxes.values() for row in rows)
    assert len({record.header("ce_id") for record in evidence.records}) == sum(map(len, evidence.outboxes.values()))
    assert evidence.sessions
    assert evidence.letters


@asynccontextmanager
async def at_work(service: Service, settings: Settings) -> AsyncIterator[Running]:
    """This service without its HTTP side, once the group has given it its partitions."""
    parts = Running(service, settings, SystemClock())
    try:
        await parts.start()
        yield parts
    finally:
        await parts.stop()


def round_completed(number: int, size: int) -> MatchingRoundCompleted:
    """An event of about ``size`` bytes."""
    figures = dict.fromkeys(("pairs", "people", "most_possible", "total_score", "minimum_score", "gap"), 0)
    reasons = {"x" * size: 1}
    return MatchingRoundCompleted(programme_id="p", round_id=f"round-{number}", unmatched=reasons, **figures)


async def until(said_so: Callable[[], Awaitable[bool]]) -> None:
    """Ask until the answer is yes."""
    async with asyncio.timeout(WITHIN):
        while True:
            if await said_so():
                return
            await asyncio.sleep(LOOK_SECONDS)


async def say(service: Running, *events: MatchingRoundCompleted) -> None:
    """Decide these, and wait until they are published."""

    async def decide(unit: Unit) -> None:
        unit.rows += [row_of(event, version=1, origin=service.store.origin, now=unit.now) for event in events]

    await service.store.run(decide)

    async def all_published() -> bool:
        return await service.outbox.pending() == 0

    await until(all_published)


async def has_heard(service: Running, count: int) -> None:
    """Wait until it has dealt with so many rounds."""
    rounds = {"_id": {"$regex": f"^{Stream.PAIRS.value}/round-"}}

    async def all_heard() -> bool:
        return await service.store.db["inbox"].count_documents(rounds) == count

    await until(all_heard)


def holes(service: Running) -> float:
    """How often it found offsets that jumped."""
    stream = {"stream": Stream.PAIRS.value}
    return service.telemetry.registry.get_sample_value("telemachus_stream_holes_total", stream) or 0.0


def oldest_offset(bootstrap_servers: str) -> int:
    """Where the streams of pairs now begin; above zero when the broker has dropped something."""
    with closing(Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "looks"})) as consumer:
        partitions = consumer.list_topics(Stream.PAIRS.value, timeout=30).topics[Stream.PAIRS.value].partitions
        places = [TopicPartition(Stream.PAIRS.value, number) for number in partitions]
        return max(consumer.get_watermark_offsets(place, timeout=30)[0] for place in places)


@pytest.mark.timeout(600)
async def test_whoever_missed_what_a_full_broker_dropped_asks_for_it(
    tmp_path: Path, mongod: Mongod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replay may overrun the broker too: whoever still misses something asks again."""
    monkeypatch.setattr(progress, "ASK_AGAIN_AFTER", ASK_AGAIN_AFTER)
    with EmbeddedKafka() as kafka:
        found = Backends(kafka.bootstrap_servers, mongod.url, forgets=True)
        settings = settings_for(found, Issuer(tmp_path), tmp_path, "http://127.0.0.1")
        async with at_work(matching, settings) as talker:
            async with at_work(registration, settings) as listener:
                await say(talker, round_completed(0, 1))
                await has_heard(listener, 1)
            await say(talker, *(round_completed(number, BULKY) for number in range(1, MANY + 1)))
            assert oldest_offset(kafka.bootstrap_servers) > 1
            async with at_work(registration, settings) as listener:
                await has_heard(listener, MANY + 1)
                assert holes(listener) > 0
