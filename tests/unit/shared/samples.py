"""One of every event, and records made of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

from deploy.describing.examples import FOLDER as EXAMPLES
from deploy.describing.schemas import EVENTS
from deploy.services import SERVICES
from shared.domain.aggregate import Aggregate
from shared.language.envelope import Origin, Record
from shared.language.streams import Event
from shared.store.rows import Row, row_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORIGIN = Origin("sessions", "eu-west")


def examples() -> list[Event]:
    """The golden example of every event."""
    files = sorted(Path(EXAMPLES).glob("*.json"))
    return [EVENTS[file.stem].model_validate(json.loads(file.read_text())) for file in files]


def row(event: Event, version: int = 1) -> Row:
    """As it is published."""
    return row_of(event, version=version, origin=ORIGIN, now=NOW)


def record(row: Row) -> Record:
    """As it stands in its topic."""
    return Record(row.topic, 0, 7, 1, row.key, row.value, row.headers)


def aggregates() -> list[type[Aggregate]]:
    """Every kind that a service stores."""
    return [kind for service in SERVICES for kind in service.aggregates]
