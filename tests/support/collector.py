"""A stand-in for an OpenTelemetry collector: takes OTLP/HTTP on the loopback address and remembers the spans."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from typing_extensions import override


@dataclass(frozen=True)
class Seen:
    """One span as it was exported. ``parent`` is empty at the beginning of a trace."""

    service: str
    region: str
    kind: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool

    @property
    def label(self) -> str:
        """Whose it is and what it is about."""
        return f"{self.service}: {self.name}"


class Collector:
    """What was exported so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.spans: list[Seen] = []
        self.bodies: list[bytes] = []

    def take(self, body: bytes) -> None:
        """Remember what one request brought."""
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = _plain(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [_seen(span, of) for span in scope.spans]

    def of(self, *, trace: str = "", kind: str = "", name: str = "") -> list[Seen]:
        """The spans of that trace, kind and name, as far as these are given."""
        return [
            span
            for span in self.spans
            if trace in ("", span.trace) and kind in ("", span.kind) and name in ("", span.name)
        ]

    def children(self, parent: Seen) -> list[Seen]:
        """What follows from it."""
        return [span for span in self.spans if (span.trace, span.parent) == (parent.trace, parent.id)]


def _seen(span: Any, resource: dict[str, Any]) -> Seen:
    return Seen(
        service=resource["service.name"],
        region=resource["telemachus.region"],
        kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        attributes=_plain(span.attributes),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
    )


def _plain(attributes: "list[KeyValue]") -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "") for each in attributes}


@contextmanager
def collector() -> Iterator[Collector]:
    """One that answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
