"""Faults made on purpose fire the alert that names them, no other, in the time its definition says, and clear again."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from pymongo import MongoClient

from deploy.services import SERVICES
from shared.delivery.outbox import LEASE
from shared.language.streams import Stream
from tests.integration.watched.conftest import Watched
from tests.support.playing import is_sane
from tests.support.prometheus import FASTER, RULES, RUNBOOKS, asked_in, what_remains
from tests.support.reading import write

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

SLACK = 15.0
"""Seconds beside an alert's own: scrapes, evaluations, and a machine that others use too."""
QUIET = 60.0
STAND_FOR_FAULTS = {
    "telemachus:slo_burn:page",
    "telemachus:slo_burn:ticket",
    "telemachus:consumer_stuck:messages",
    "telemachus:cut_off:replicas",
    "telemachus:outbox_stalled:messages",
    "telemachus:events_parked:count",
}
"""Recorded rules without a value while all is well."""


async def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait for it; how many seconds that took. Raises TimeoutError."""
    began = time.monotonic()
    while not await asyncio.to_thread(holds):
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s")
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def fires(watched: Watched, name: str, jobs: set[str], *, within: timedelta) -> None:
    """Wait until that alert fires for these services, in the time its definition says; no other may fire by then."""

    def of_all() -> bool:
        return {alert.labels["job"] for alert in watched.prometheus.firing() if alert.name == name} == jobs

    await until(of_all, within.total_seconds() / FASTER + SLACK)
    assert {alert.name for alert in watched.prometheus.firing()} == {name}


async def clears(watched: Watched) -> None:
    """Wait until nothing fires."""
    await until(lambda: not watched.prometheus.firing(), QUIET)


async def open_a_programme(watched: Watched, programme_id: str) -> None:
    """Something that every other service hears of."""
    stage, terms = watched.stage, watched.stage.scenario.terms
    later = watched.processes.clock.now().date() + timedelta(days=10)
    longer = terms.model_copy(update={"starts_on": later, "ends_on": later + (terms.ends_on - terms.starts_on)})
    body = {"id": programme_id, "terms": longer.model_dump(mode="json")}
    await stage.gateway.ask(stage.manager, "POST", "registration", "/programmes", json=body)
    await stage.gateway.ask(stage.manager, "POST", "registration", f"/programmes/{programme_id}/open")


async def drop_dead_letters(watched: Watched, service: str) -> None:
    """An operator has looked at them and lets them go."""
    stage, path = watched.stage, "/operations/dead-letters"
    found = await stage.gateway.get(stage.operator, service, path, settled="false")
    for letter in found["dead_letters"]:
        await stage.gateway.ask(stage.operator, "POST", service, f"{path}/{letter['id']}/drop")


@contextmanager
def held_in_a_transaction(watched: Watched, service: str, programme_id: str) -> Iterator[None]:
    """Somebody works on that service's inbox by hand in a transaction and leaves it open."""
    with MongoClient[dict[str, Any]](watched.mongodb.url) as client, client.start_session() as session:
        session.start_transaction()
        inbox = client[f"{watched.prefix}_{service}"]["inbox"]
        inbox.insert_one({"_id": f"{Stream.PROGRAMMES}/{programme_id}"}, session=session)
        yield  # the end of the session aborts it


@contextmanager
def leased_by_nobody(watched: Watched, service: str) -> Iterator[None]:
    """Somebody has written into the lease of the outbox by hand that nobody holds it for an hour."""
    with MongoClient[dict[str, Any]](watched.mongodb.url) as client:
        leases = client[f"{watched.prefix}_{service}"]["leases"]
        until = datetime.now(UTC) + timedelta(hours=1)
        leases.update_one({"_id": "outbox"}, {"$set": {"holder": "nobody", "until": until}}, upsert=True)
        try:
            yield
        finally:
            leases.delete_one({"_id": "outbox", "holder": "nobody"})


async def test_a_whole_programme_is_played_without_an_alarm(watched: Watched) -> None:
    assert is_sane(watched.report), watched.report
    assert watched.broken == []
    assert watched.fired_while_played == frozenset()
    assert await what_remains(watched.prometheus.unhealthy) == {}


async def test_what_is_recorded_has_values_unless_it_stands_for_a_fault(watched: Watched) -> None:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    recorded = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}

    def unexpected() -> set[str]:
        return {name for name in recorded if not watched.prometheus.query(name)} ^ STAND_FOR_FAULTS

    assert await what_remains(unexpected) == set()


async def test_what_runbooks_ask_can_be_answered(watched: Watched) -> None:
    for page in RUNBOOKS:
        for expression in asked_in(page):
            watched.prometheus.query(expression)


async def test_a_consumer_that_stands_still(watched: Watched) -> None:
    with held_in_a_transaction(watched, "sessions", "held-up"):
        await open_a_programme(watched, "held-up")
        await fires(watched, "TelemachusConsumerStuck", {"sessions"}, within=timedelta(minutes=6))
    await clears(watched)


async def test_a_poison_message(watched: Watched) -> None:
    hearers = {service.name for service in SERVICES if Stream.PARTICIPANTS in service.streams}
    broker, where = watched.kafka.bootstrap_servers, Stream.PARTICIPANTS.value
    await asyncio.to_thread(write, broker, [(where, b"somebody", b"no event at all", [])])
    try:
        await fires(watched, "TelemachusDeadLetters", hearers, within=timedelta(minutes=1))
    finally:
        for service in hearers:
            await drop_dead_letters(watched, service)
    await clears(watched)


async def test_an_outbox_that_does_not_publish(watched: Watched) -> None:
    with leased_by_nobody(watched, "registration"):
        await asyncio.sleep(LEASE.total_seconds() / 3)  # whoever has it asks for it again only then
        await open_a_programme(watched, "never-said")
        await fires(watched, "TelemachusOutboxStalled", {"registration"}, within=timedelta(minutes=4))
    await clears(watched)
