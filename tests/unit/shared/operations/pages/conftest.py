"""Kafka, as far as these pages ask it."""

from typing import Any

import pytest

from shared.kafka.lag import Waiting
from shared.language.streams import Stream
from shared.operations.pages import streams
from tests.unit.shared.operations.pages.operated import told


@pytest.fixture(autouse=True)
def kafka(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Kafka tells of the group; nothing when it fails."""
    answer: dict[str, Any] = {"waiting": {Stream.PAIRS: Waiting(12, 34.4)}, "fails": None}

    async def group_lag(*_: Any) -> Any:
        return await told(answer["waiting"], answer["fails"])()

    monkeypatch.setattr(streams, "group_lag", group_lag)
    return answer
