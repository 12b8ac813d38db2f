"""One trace from the request to the last event that follows from it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.telemetry.otlp import tracing_of
from shared.telemetry.tracing import Tracing, next_traceparent, traced

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def trace_id(traceparent: str) -> str:
    return traceparent.split("-")[1]


def test_a_step_keeps_the_trace_and_has_a_name_of_its_own() -> None:
    with traced(TRACE):
        one, other = next_traceparent(), next_traceparent()

    assert trace_id(one) == trace_id(other) == trace_id(TRACE)
    assert len({one, other, TRACE}) == 3


def test_without_one_a_trace_begins_that_holds_for_all_that_follows() -> None:
    with traced(None):
        one, other = next_traceparent(), next_traceparent()

    assert trace_id(one) == trace_id(other)
    assert trace_id(next_traceparent()) != trace_id(one)


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "x", "ünïcode", TRACE.upper(), TRACE[:-1], TRACE + "-x", "ff" + TRACE[2:]),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_what_is_no_trace_begins_one_that_holds(wrong: str) -> None:
    with traced(wrong):
        one, other = next_traceparent(), next_traceparent()

    assert FORM.fullmatch(one)
    assert trace_id(one) == trace_id(other)


def test_what_was_being_done_goes_on_afterwards() -> None:
    with traced(TRACE):
        with pytest.raises(RuntimeError), traced(None):
            raise RuntimeError
        assert trace_id(next_traceparent()) == trace_id(TRACE)


@given(said=st.none() | st.text(max_size=60))
def test_whatever_was_said_what_is_handed_on_is_well_formed(said: str | None) -> None:
    with traced(said):
        assert FORM.fullmatch(next_traceparent())


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "TRUE"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318"},
    ],
)
def test_nothing_is_put_on_record_unless_otlp_has_an_address(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert type(tracing_of("sessions", "eu")) is Tracing
