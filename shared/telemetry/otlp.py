"""Whether the steps of traces are put on record, by OpenTelemetry's standard environment."""

import os

from shared.telemetry.tracing import Tracing


def tracing_of(service: str, region: str) -> Tracing:
    """That service's tracing: on when OTLP has an address, unless the SDK or its traces are switched off."""
    told = os.environ.get
    address = told("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or told("OTEL_EXPORTER_OTLP_ENDPOINT")
    off = told("OTEL_SDK_DISABLED", "").lower() == "true" or told("OTEL_TRACES_EXPORTER", "") == "none"
    if not address or off:
        return Tracing()
    from shared.telemetry.spans import Spans

    return Spans(service, region)
