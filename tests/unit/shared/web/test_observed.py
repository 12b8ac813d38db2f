"""Every request is counted by its route, its method and what came of it, and timed unless it lasts by design."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing
from shared.web import observed
from shared.web.observed import Observed


class Asked:
    """An application that is asked; every look at the clock is a quarter of a second after the one before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.telemetry, app, self.now = Telemetry("ledger", "test"), FastAPI(), 1_000.0
        monkeypatch.setattr(observed, "time", SimpleNamespace(perf_counter=self._later))
        app.add_middleware(Observed, telemetry=self.telemetry, tracing=Tracing(), service="ledger")
        app.get("/things/{thing}")(lambda thing: thing)
        app.get("/broken")(self._fail)
        app.get("/live")(lambda: StreamingResponse(iter(["data: x\n\n"]), media_type="text/event-stream"))
        self.client = TestClient(app, raise_server_exceptions=False)

    def _later(self) -> float:
        self.now += 0.25
        return self.now

    def _fail(self) -> None:
        raise ZeroDivisionError

    def counted(self, path: str, method: str = "GET") -> list[tuple[str, str, str]]:
        """Method, route and status of what was counted for this request."""
        before = dict(self._requests())
        self.client.request(method, path)
        return [labels for labels, count in self._requests() if count != before.get(labels, 0)]

    def _requests(self) -> Iterator[tuple[tuple[str, str, str], float]]:
        for metric in self.telemetry.requests.collect():
            for sample in metric.samples:
                if sample.name.endswith("_total"):
                    found = sample.labels
                    yield (found["method"], found["route"], found["status"]), sample.value

    def timed(self, route: str) -> tuple[float | None, float | None]:
        """How many, and how long all together."""
        name, labels = "telemachus_http_request_duration_seconds", {"route": route}
        sample = self.telemetry.registry.get_sample_value
        return sample(f"{name}_count", labels), sample(f"{name}_sum", labels)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def test_a_request_takes_from_its_beginning_to_its_end(asked: Asked) -> None:
    assert asked.counted("/things/one") == [("GET", "/things/{thing}", "2xx")]
    assert asked.timed("/things/{thing}") == (1, 0.25)


def test_one_that_breaks_is_counted_as_ours_and_timed_too(asked: Asked) -> None:
    assert asked.counted("/broken") == [("GET", "/broken", "5xx")]
    assert asked.timed("/broken") == (1, 0.25)


def test_a_stream_lasts_as_long_as_somebody_looks_and_is_not_timed(asked: Asked) -> None:
    assert asked.counted("/live") == [("GET", "/live", "2xx")]
    assert asked.timed("/live") == (None, None)


def test_nobody_makes_labels_up(asked: Asked) -> None:
    [(method, route, status)] = asked.counted("/invented/4711", "INVENTED")
    assert (method, status) == ("other", "4xx")
    assert "4711" not in route
