"""A server that ends when it is told to, and does not look for that all the time."""

import asyncio
import signal
from typing import Any

import pytest

from shared.serving import server
from shared.serving.server import Server, server_config
from shared.telemetry.held import Loop


async def _app(*_: Any) -> None:
    """Answers nobody."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Server:
    """One that looks by itself after longer than any test."""
    monkeypatch.setattr(server, "LOOK", 3600.0)
    return Server(server_config(_app, "127.0.0.1", 0, stopping=1))


async def test_a_signal_wakes_it(served: Server) -> None:
    serving = asyncio.create_task(served.main_loop())
    await asyncio.sleep(0)
    served.handle_exit(signal.SIGTERM, None)
    await asyncio.wait_for(serving, 60)
    assert served.should_exit


async def test_a_signal_that_comes_while_it_starts_is_not_forgotten(served: Server) -> None:
    served.handle_exit(signal.SIGTERM, None)
    await asyncio.wait_for(served.main_loop(), 60)


async def test_answers_bear_the_date_of_now(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOOK", 0.01)
    moment = iter(range(10**9))
    monkeypatch.setattr("uvicorn.server.time.time", lambda: next(moment))
    serving = asyncio.create_task(served.main_loop())
    seen: set[bytes] = set()
    async with asyncio.timeout(60):
        while len(seen) < 3:
            seen |= {value for name, value in served.server_state.default_headers if name == b"date"}
            await asyncio.sleep(0)
    served.handle_exit(signal.SIGTERM, None)
    await serving


def test_services_run_on_the_loop_that_tells_its_holds() -> None:
    factory = server_config(_app, "127.0.0.1", 0, stopping=1).get_loop_factory()
    assert factory is Loop
