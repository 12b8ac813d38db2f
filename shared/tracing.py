"""W3C trace context: taken from a request or an event, handed on to the events that follow from it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


def current_traceparent() -> str:
    """The ``traceparent`` header of what is being done now; a fresh one where nothing has begun."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent") or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


@contextmanager
def traced(traceparent: str | None) -> Iterator[None]:
    """Do something as part of that trace, as a step of its own in it; begins a trace when there is none."""
    carrier = {"traceparent": traceparent or current_traceparent()}
    parent = next(iter(_propagator.extract(carrier, context=context.Context()).values()), None)
    trace_id = parent.get_span_context().trace_id if isinstance(parent, NonRecordingSpan) else secrets.randbits(128)
    step = SpanContext(trace_id, secrets.randbits(64) or 1, is_remote=False, trace_flags=TraceFlags(1))
    token = context.attach(set_span_in_context(NonRecordingSpan(step)))
    try:
        yield
    finally:
        context.detach(token)
