"""A topic is deleted and created anew, or Kafka put back to an older copy: whoever reads it learns everything."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from deploy.services import SERVICES
from services.matching.app import service as matching
from services.registration.app import service as registration
from shared.delivery.replays import confirmed, replaying, watching
from shared.domain.clock import SystemClock
from shared.kafka.connection import group_of
from shared.language.matching import MatchingRoundCompleted
from shared.language.streams import Stream
from shared.running.running import Running
from shared.service import Service
from shared.settings import Settings
from shared.store.rows import row_of
from shared.store.unit import Unit
from tests.support.apache_kafka import ApacheKafka
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Kafka, Mongo, create_our_topics
from tests.support.reading import read

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

TOPIC = Stream.PAIRS.value
WITHIN = 90.0


@pytest.fixture(autouse=True)
def sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in earnest, in less time."""
    monkeypatch.setattr(watching, "LOOK_EVERY", 1.0)
    monkeypatch.setattr(watching, "LOOK_AGAIN", 1.0)
    monkeypatch.setattr(replaying, "POLL", 0.5)
    monkeypatch.setattr(confirmed, "HELD", 8)


@pytest.fixture
def settings(fresh_kafka: Kafka, mongodb: Mongo, database_name: str) -> Settings:
    return settings_for(
        new_issuer(),
        kafka_bootstrap_servers=fresh_kafka.bootstrap_servers,
        mongodb_url=mongodb.url,
        mongodb_database_prefix=database_name,
    )


@asynccontextmanager
async def at_work(service: Service, settings: Settings) -> AsyncIterator[Running]:
    """This service without its HTTP side."""
    parts = Running(service, settings, SystemClock())
    try:
        await parts.start()
        yield parts
    finally:
        await parts.stop()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask until the answer is yes."""
    async with asyncio.timeout(WITHIN):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.1)


async def decide(talker: Running, numbers: range) -> None:
    """Rounds that were computed, one event each."""
    figures = dict.fromkeys(("pairs", "people", "most_possible", "total_score", "minimum_score", "gap"), 0)

    async def work(unit: Unit) -> None:
        for n in numbers:
            said = MatchingRoundCompleted(programme_id=f"p-{n % 7}", round_id=f"round-{n}", unmatched={}, **figures)
            unit.rows.append(row_of(said, version=1, origin=talker.store.origin, now=unit.now))

    await talker.store.run(work)


async def say(talker: Running, numbers: range) -> None:
    """Decide it, and wait until it is published."""
    await decide(talker, numbers)
    await until(lambda: _none_pending(talker))


async def _none_pending(talker: Running) -> bool:
    return await talker.outbox.pending() == 0


async def heard(listener: Running) -> int:
    """How many rounds it has dealt with."""
    rounds = {"_id": {"$regex": f"^{TOPIC}/round-"}}
    return await listener.store.db["inbox"].count_documents(rounds)


async def has_heard(listener: Running, count: int) -> None:
    """Wait until it has dealt with so many."""

    async def all_of_it() -> bool:
        return await heard(listener) == count

    await until(all_of_it)


async def said_again(talker: Running) -> dict[str, Any]:
    """Wait until the lost stream has been said again; what is known of that."""

    async def done() -> bool:
        jobs = [state for topic, state, _ in await talker.replaying.jobs.all() if topic == TOPIC]
        return jobs == ["done"] and await _none_pending(talker)

    await until(done)
    [job] = [job for topic, _, job in await talker.replaying.jobs.all() if topic == TOPIC]
    assert job["because"] == ["lost"]
    return job


def create_anew(kafka: Kafka) -> None:
    """Delete the topic, and create it as it was."""
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        for answer in admin.delete_topics([TOPIC], operation_timeout=30).values():
            answer.result(30)
    create_our_topics(kafka.bootstrap_servers)


def noted(kafka: Kafka) -> list[int]:
    """What Kafka has noted for the group that listens, partition by partition; negative where it has nothing."""
    group = {"bootstrap.servers": kafka.bootstrap_servers, "group.id": group_of(registration.name)}
    with closing(Consumer(group)) as consumer:
        partitions = consumer.list_topics(TOPIC, timeout=30).topics[TOPIC].partitions
        return [each.offset for each in consumer.committed([TopicPartition(TOPIC, n) for n in partitions], timeout=30)]


async def in_the_topic(kafka: Kafka) -> set[str]:
    """The rounds it tells of now."""
    return {record.header("ce_subject") for record in await asyncio.to_thread(read, kafka.bootstrap_servers, [TOPIC])}


def rounds(count: int) -> set[str]:
    return {f"round-{n}" for n in range(count)}


async def test_who_was_behind_when_a_topic_was_created_anew_hears_it_all(
    settings: Settings, fresh_kafka: Kafka
) -> None:
    async with at_work(matching, settings) as talker:
        async with at_work(registration, settings) as listener:
            await say(talker, range(130))
            await has_heard(listener, 130)
        await say(talker, range(130, 180))
        assert max(noted(fresh_kafka)) > 0
        await asyncio.to_thread(create_anew, fresh_kafka)
        assert max(noted(fresh_kafka)) < 0, "or whoever is off would begin in the middle of the new one"
        async with at_work(registration, settings) as listener:
            await has_heard(listener, 180)
            job = await said_again(talker)
            assert job["events"] == 180
    assert await in_the_topic(fresh_kafka) == rounds(180)


async def test_who_reads_on_in_a_stream_that_has_grown_past_its_place_hears_it_all(
    settings: Settings, fresh_kafka: Kafka
) -> None:
    """What is decided meanwhile goes into the new one at once, further than where the old one was read."""
    async with at_work(matching, settings) as talker, at_work(registration, settings) as listener:
        await say(talker, range(30))
        await has_heard(listener, 30)
        deleting = asyncio.create_task(asyncio.to_thread(create_anew, fresh_kafka))
        await decide(talker, range(30, 600))
        await deleting
        await has_heard(listener, 600)
        await said_again(talker)
    assert await in_the_topic(fresh_kafka) == rounds(600)


@pytest.mark.parametrize("listens_on", [False, True], ids=["who was off", "who listened on"])
async def test_after_kafka_was_put_back_to_an_older_copy_everybody_hears_it_all(
    settings: Settings, fresh_kafka: Kafka, tmp_path: Path, *, listens_on: bool
) -> None:
    server = fresh_kafka.server
    if not isinstance(server, ApacheKafka):
        pytest.skip("only the files of our own Kafka can be put back")
    data, copy = server.directory / "data", tmp_path / "copy"
    async with at_work(matching, settings) as talker:
        async with at_work(registration, settings) as listener:
            await say(talker, range(100))
            await has_heard(listener, 100)
            await asyncio.to_thread(server.kill)
            shutil.copytree(data, copy)
            await asyncio.to_thread(server.start)
            await say(talker, range(100, 130))
            await has_heard(listener, 130)
            if listens_on:
                await _put_back(server, copy, data, talker)
                await has_heard(listener, 200)
        if not listens_on:
            await _put_back(server, copy, data, talker)
        async with at_work(registration, settings) as listener:
            await has_heard(listener, 200)
            await said_again(talker)
    assert await in_the_topic(fresh_kafka) == rounds(200)


async def _put_back(server: ApacheKafka, copy: Path, data: Path, talker: Running) -> None:
    """What only the newer one holds is lost, and more is decided while it is away."""
    await say(talker, range(130, 160))
    await asyncio.to_thread(server.kill)
    shutil.rmtree(data)
    shutil.copytree(copy, data)
    await decide(talker, range(160, 200))
    await asyncio.to_thread(server.start)


def test_every_stream_is_watched_by_whoever_says_it() -> None:
    streams = {event.stream for service in SERVICES for event in service.says}
    assert streams == set(Stream) - {Stream.REPLAY_REQUESTS}
