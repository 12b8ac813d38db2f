"""A backlog larger than the memory a service may use is dealt with in that memory: what the chart gives is enough."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from deploy.services import SERVICES
from shared.kafka.lag import group_lag
from shared.language.registration import ParticipantRegistered
from shared.language.streams import Stream
from shared.store.rows import Row
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Kafka, Mongo
from tests.support.processes import NAMES, Processes
from tests.support.reading import write
from tests.support.serving import until
from tests.unit.shared.samples import examples, row

CHART = Path(__file__).parents[2] / "deploy" / "chart" / "values.yaml"
EVENTS, BYTES = 30_000, 12_500
"""Of all streams together, and of each event: about as much as the memory of a service."""
WRITTEN_AT_ONCE = 3_000
UNITS = {"Mi": 2**20, "Gi": 2**30}


def limit_of(service: str) -> int:
    """Bytes a container of that service may use."""
    values = yaml.safe_load(CHART.read_text())
    resources = values["services"][service].get("resources") or values["defaults"]["resources"]
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", resources["limits"]["memory"]).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def peak_of(pid: int | None) -> int:
    """Bytes of memory it has used at most."""
    (told,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(told) * 1024


def large(number: int) -> tuple[str, bytes, bytes, list[tuple[str, bytes]]]:
    """A participant, or something this version does not know on any other stream, with much it does not know."""
    streams = [Stream.PARTICIPANTS, *(stream for stream in Stream if stream is not Stream.REPLAY_REQUESTS)]
    stream = streams[number % len(streams)]
    told = PARTICIPANT if stream is Stream.PARTICIPANTS else STRANGE
    identity = f"p-{number}"
    body = {**json.loads(told.value or b"{}"), "participant_id": identity, "person_id": identity, "more": "x" * BYTES}
    headers = dict(told.headers) | {"ce_id": identity.encode(), "ce_subject": identity.encode()}
    return stream.value, identity.encode(), json.dumps(body).encode(), [(name, v or b"") for name, v in headers.items()]


def _row() -> Row:
    return next(row(event) for event in examples() if isinstance(event, ParticipantRegistered))


PARTICIPANT = _row()
STRANGE = replace(
    PARTICIPANT,
    headers=tuple((n, b"telemachus.strange.v1" if n == "ce_type" else value) for n, value in PARTICIPANT.headers),
)


def pieces(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = list(numbers)
    while rest:
        yield rest[:WRITTEN_AT_ONCE]
        rest = rest[WRITTEN_AT_ONCE:]


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_a_backlog_is_dealt_with_in_the_memory_of_the_chart(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    for piece in pieces(range(EVENTS)):
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, map(large, piece))
    settings = settings_for(new_issuer(), kafka_bootstrap_servers=fresh_kafka.bootstrap_servers)

    async def nothing_waits() -> bool:
        lags = [await group_lag(settings, service.name, service.streams) for service in SERVICES]
        return not any(waiting.messages for lag in lags for waiting in lag.values())

    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        await until(nothing_waits)
        peaks = {name: peak_of(processes.pid(name)) for name in NAMES}
        assert all(processes.running(name) for name in NAMES)
    assert {name: peak for name, peak in peaks.items() if peak > limit_of(name)} == {}
