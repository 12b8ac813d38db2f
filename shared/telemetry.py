"""Every metric, declared once with what a high value means; and logs as JSON without personal data.

Label sets that are known beforehand are made at the start, so that the first failure is seen by ``increase()``.
"""

import logging
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from structlog.tracebacks import ExceptionDictTransformer
from typing_extensions import override

from shared.streams import Event, Stream

AGES = (0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86400)
DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OUTCOMES = ("handled", "unheard", "unknown-type", "tombstone", "duplicate", "stale", "parked", "dead-letter")


class Telemetry:
    """The metrics of one service, in a registry of its own."""

    def __init__(self, service: str, region: str) -> None:
        self.registry = CollectorRegistry()
        self.service = service
        registry = self.registry
        Info("telemachus_build", "Which service this is.", registry=registry).info(
            {"service": service, "region": region}
        )
        self.events = Counter(
            "telemachus_events",
            "Events taken from a stream, by what became of them. Many «parked» or «dead-letter»: a service is behind.",
            ["stream", "type", "outcome"],
            registry=registry,
        )
        self.event_age = Histogram(
            "telemachus_event_age_seconds",
            "From the moment something happened until it was dealt with here. High: people see old news.",
            ["stream"],
            buckets=AGES,
            registry=registry,
        )
        self.batch_duration = Histogram(
            "telemachus_batch_duration_seconds",
            "One batch of events, from decoding to the commit. High: the database is slow.",
            buckets=DURATIONS,
            registry=registry,
        )
        self.retries = Counter(
            "telemachus_retries",
            "Work tried again because the broker or the database was away. Rising: it still is.",
            ["part"],
            registry=registry,
        )
        self.conflicts = Counter(
            "telemachus_conflicts",
            "Units of work that started over because somebody else was faster.",
            registry=registry,
        )
        self.failures = Counter(
            "telemachus_failures", "Work given up because of a defect in the product.", ["part"], registry=registry
        )
        self.holes = Counter(
            "telemachus_stream_holes",
            "Offsets that jumped, so that events were asked for again. Rising: the broker drops events too early.",
            ["stream"],
            registry=registry,
        )
        self.restarts = Counter(
            "telemachus_consumer_restarts",
            "Consumers started anew because they stood still. Rising: look at the broker and the network.",
            registry=registry,
        )
        self.published = Counter(
            "telemachus_outbox_published", "Events the outbox has published.", ["topic"], registry=registry
        )
        self.outbox_pending = Gauge(
            "telemachus_outbox_pending_messages",
            "Decided, but not published yet. High: Kafka is away.",
            registry=registry,
        )
        self.outbox_oldest = Gauge(
            "telemachus_outbox_oldest_pending_timestamp_seconds",
            "When the oldest unpublished event was decided; 0 when there is none.",
            registry=registry,
        )
        self.parked = Gauge(
            "telemachus_parked_events",
            "Events waiting for others that have not arrived. High: a stream is behind.",
            registry=registry,
        )
        self.due = Gauge("telemachus_due_rows", "Things whose time has come and that are not done.", registry=registry)
        self.lag = Gauge(
            "telemachus_consumer_lag_messages", "Events not dealt with yet.", ["stream"], registry=registry
        )
        self.ready = Gauge(
            "telemachus_ready", "1 when broker and database answer and events flow, else 0.", registry=registry
        )
        self.halted = Gauge(
            "telemachus_consumer_halted",
            "1 when most of a stream is poison and the consumer stopped.",
            registry=registry,
        )
        self.requests = Counter(
            "telemachus_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self.request_duration = Histogram(
            "telemachus_http_request_duration_seconds",
            "How long people waited.",
            ["route"],
            buckets=DURATIONS,
            registry=registry,
        )

    def expect(self, heard: Iterable[type[Event]], streams: Iterable[Stream], parts: Iterable[str]) -> None:
        """Make the label sets that can be known beforehand."""
        for event in heard:
            for outcome in OUTCOMES:
                self.events.labels(event.stream.value, event.type, outcome)
        for stream in streams:
            self.events.labels(stream.value, "unreadable", "dead-letter")
            self.lag.labels(stream.value)
            self.event_age.labels(stream.value)
            self.holes.labels(stream.value)
        for part in parts:
            self.retries.labels(part)
            self.failures.labels(part)


class _Frames(ExceptionDictTransformer):
    """What failed and where. Messages and local variables are left out: they may hold what people wrote."""

    @override
    def __call__(self, exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
        stacks = super().__call__(exc_info)
        return [{"type": stack["exc_type"], "frames": [_frame(f) for f in stack["frames"]]} for stack in stacks]


def _frame(frame: dict[str, Any]) -> str:
    return f"{frame['filename']}:{frame['lineno']} {frame['name']}"


def configure_logs(level: str, stream: TextIO = sys.stderr) -> None:
    """JSON lines, one an occurrence, for our own code and for the libraries."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_Frames(show_locals=False)),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "faststream", "httpx", "pymongo", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
