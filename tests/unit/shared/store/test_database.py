"""What an operator says in the address of the database is how it is reached."""

from typing import Any

import pytest

from shared.domain.clock import SystemClock
from shared.language.envelope import Origin
from shared.store.store import Store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (3.0, 30.0, "matching")),
        ("?replicaSet=rs0", (3.0, 30.0, "matching")),
        ("?replicaSet=rs0&serverSelectionTimeoutMS=9000", (9.0, 30.0, "matching")),
        ("?sockettimeoutms=5000&appName=ours", (3.0, 5.0, "ours")),
    ],
)
async def test_the_address_wins(query: str, expected: tuple[float, float, str]) -> None:
    url = f"mongodb://user:se%3Fcret@nowhere.invalid/{query}"
    store = Store(url, "any", Origin("matching", "local"), SystemClock())
    options: Any = store.client.options
    found = options.pool_options
    application = found.metadata["application"]["name"]
    assert (options.server_selection_timeout, found.socket_timeout, application) == expected
    await store.close()
