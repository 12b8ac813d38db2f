"""Every step of a trace as an OpenTelemetry span, exported by OTLP/HTTP. Imported only where that is switched on.

Attributes follow the semantic conventions as far as they name no people: no paths, keys or subjects.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from typing_extensions import override

from shared.domain.errors import NotYet
from shared.language.envelope import Envelope, Record
from shared.language.streams import REGISTRY, Event
from shared.telemetry.tracing import TRACEPARENT, Step, Tracing, current, traced


class NotTaken(Exception):
    """Kafka did not take it."""


FAREWELL = 3.0
"""Seconds the last spans have to reach the collector when a service stops."""
QUEUE = 16384
"""Spans that may wait for the collector, unless OTEL_BSP_MAX_QUEUE_SIZE says otherwise: a batch makes thousands."""
QUIET = ("/health", "/metrics")
"""Routes that machines ask for every few seconds: their spans would bury all others."""

Attributes = Mapping[str, str | int]


class SpanStep(Step):
    """A step that is a span."""

    __slots__ = ("_span", "_until")

    def __init__(self, span: trace.Span) -> None:
        said = span.get_span_context()
        super().__init__(f"00-{said.trace_id:032x}-{said.span_id:016x}-{said.trace_flags:02x}")
        self._span = span
        self._until: int | None = None

    def stop(self, error: BaseException | None = None) -> None:
        """The work is over; whether it counts may be known later. Messages of errors may quote people."""
        self._until = time.time_ns()
        if isinstance(error, NotYet):
            self._span.set_attribute("telemachus.parked", True)
        elif error is not None:
            self._failed(type(error).__name__)

    def _failed(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)

    @override
    def answered(self, method: str, route: str, status: int) -> None:
        if route.startswith(QUIET):
            return
        self._span.update_name(f"{method} {route}")
        about: Attributes = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        self._span.set_attributes(about)
        if status >= 500:
            self._failed(str(status))
        self.end()

    @override
    def end(self) -> None:
        self._span.end(self._until)


class Spans(Tracing):
    """The spans of one service."""

    def __init__(self, service: str, region: str) -> None:
        self._group = f"telemachus-{service}"
        resource = Resource.create({"service.name": self._group, "telemachus.region": region})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        queue = int(os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE", QUEUE))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_queue_size=queue))
        self._tracer = self._provider.get_tracer("telemachus")

    @override
    def asked(self, traceparent: str | None) -> AbstractContextManager[Step]:
        return self._during(self._begin(SpanKind.SERVER, "HTTP", traceparent, {}))

    @override
    def heard(self, record: Record, envelope: Envelope, /) -> AbstractContextManager[Step]:
        about = {
            **_message("process", record.topic, envelope.type),
            "messaging.message.id": envelope.id,
            "messaging.consumer.group.name": self._group,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        }
        return self._during(self._begin(SpanKind.CONSUMER, f"process {envelope.type}", envelope.traceparent, about))

    @override
    def due(self, part: str, /) -> AbstractContextManager[Step]:
        return self._during(self._begin(SpanKind.INTERNAL, part, None, {}))

    @override
    def decided(self, event: Event, /) -> Step:
        about = _message("create", event.stream.value, event.type)
        return self._begin(SpanKind.PRODUCER, f"create {event.type}", current.get(), about)

    @override
    @contextmanager
    def publishing(self, rows: Sequence[Mapping[str, Any]], /) -> Iterator[set[str]]:
        steps = {row["_id"]: self._send(row) for row in rows}
        refused: set[str] = set()
        failure: BaseException | None = None
        try:
            yield refused
        except BaseException as error:
            failure = error
            raise
        finally:
            for identity, step in steps.items():
                step.stop(failure or (NotTaken() if identity in refused else None))
                step.end()

    def _send(self, row: Mapping[str, Any]) -> SpanStep:
        headers = {name: (value or b"").decode(errors="replace") for name, value in row["headers"]}
        kind = headers.get("ce_type", "")
        about = _message("send", row["topic"], kind if kind in REGISTRY else "unknown")
        return self._begin(SpanKind.CLIENT, f"send {row['topic']}", headers.get("traceparent"), about)

    def _begin(self, kind: SpanKind, name: str, follows: str | None, about: Attributes) -> SpanStep:
        return SpanStep(self._tracer.start_span(name, _after(follows), kind, about))

    @contextmanager
    def _during(self, step: SpanStep) -> Iterator[Step]:
        """Do it as that step; what is decided meanwhile follows from it."""
        try:
            with traced(step.traceparent):
                yield step
        except BaseException as error:
            step.stop(error)
            raise
        step.stop()

    @override
    async def stop(self) -> None:
        farewell = threading.Thread(target=self._provider.shutdown, daemon=True)  # it may wait for half a minute
        farewell.start()
        await asyncio.to_thread(farewell.join, FAREWELL)


def _after(traceparent: str | None) -> Context:
    """The context of what follows from that step; of a new trace when it is none."""
    found = TRACEPARENT.fullmatch(traceparent or "")
    if not found:
        return Context()
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _message(operation: str, topic: str, kind: str) -> dict[str, str | int]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.destination.name": topic,
        "cloudevents.event_type": kind,
    }
