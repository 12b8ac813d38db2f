"""What is said is read as it was meant; and whatever else comes, nothing but Undecodable is raised."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bson import BSON
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Refused
from shared.language.envelope import (
    LARGEST_EVENT,
    UNKNOWN,
    Envelope,
    Record,
    Undecodable,
    open_envelope,
    open_event,
    source_of,
)
from shared.language.feedback import PairRecovered
from shared.language.streams import Event, Stream
from shared.store.rows import row_of
from shared.telemetry.tracing import traced
from shared.web.sentences import Sentences
from tests.support.sentences import refusing
from tests.unit.shared.samples import NOW, ORIGIN, examples, record, row

EXAMPLES = examples()
ids = st.from_regex(re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,79}\Z", re.ASCII))
zones = st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))])
moments = st.builds(datetime.fromtimestamp, st.floats(100_000, 7_000_000_000), zones)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
def test_every_event_comes_out_as_it_went_in(event: Event) -> None:
    told = record(row(event, version=3))
    envelope = open_envelope(told)

    assert open_event(told, envelope) == event
    assert (envelope.type, envelope.stream, envelope.subject, envelope.version) == (
        event.type,
        event.stream,
        event.subject,
        3,
    )
    assert told.key == event.key.encode()
    assert envelope.time == NOW


@given(pair=ids, programme=ids, version=st.integers(1, 2**31 - 1), now=moments)
def test_headers_say_what_was_said(pair: str, programme: str, version: int, now: datetime) -> None:
    event = PairRecovered(programme_id=programme, pair_id=pair)
    said = row_of(event, version=version, origin=ORIGIN, now=now)
    envelope = open_envelope(record(said))

    assert (envelope.id, envelope.subject, envelope.version) == (said.id, pair, version)
    assert abs(envelope.time - now) < timedelta(milliseconds=1)
    assert dict(said.headers)["ce_source"] == b"/telemachus/eu-west/sessions"


def test_what_its_readers_could_not_read_is_not_said() -> None:
    """It would be a dead letter in every service; so whoever asks for it is refused instead."""
    event = PairRecovered(programme_id="p", pair_id="x")
    unsayable = {
        "body-not-readable": event.model_copy(update={"programme_id": "no id!"}),
        "body-too-large": event.model_copy(update={"programme_id": "x" * LARGEST_EVENT}),
        "no-numbered-event": event.model_copy(update={"pair_id": ""}),
    }
    for why, said in unsayable.items():
        with pytest.raises(Refused) as refused:
            row(said)
        assert refused.value.reason.code == "cannot-be-told"
        assert refused.value.reason.facts == {"event": event.type, "why": why}


def test_ids_sort_by_when_they_were_made() -> None:
    made = [row(EXAMPLES[0]).id for _ in range(1000)]
    assert made == sorted(set(made))


def test_the_trace_goes_on_in_the_headers() -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with traced(trace):
        told = record(row(EXAMPLES[0]))

    follows = open_envelope(told).traceparent
    assert follows is not None
    assert follows.split("-")[1] == "a" * 32
    assert follows != trace


names = st.sampled_from(
    ["ce_specversion", "ce_id", "ce_type", "ce_subject", "ce_version", "ce_time", "ce_source", "traceparent", "x"]
)
texts = st.sampled_from(
    [
        *(b"1.0", b"1", b"0", b"-1", b"+2", b"1e3", b"9" * 30, b"9" * 5000, b"", b"\xff", b"s1"),
        *(b"2026-03-02T09:00:00Z", b"2026-03-02", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00"),
        EXAMPLES[0].type.encode(),
    ]
)
headers = st.lists(st.tuples(names, st.none() | texts | st.binary(max_size=40)), max_size=14)


@given(headers=headers, value=st.none() | st.binary(max_size=200), key=st.none() | st.binary(max_size=9))
def test_whatever_comes_nothing_else_is_raised(
    headers: list[tuple[str, bytes | None]], value: bytes | None, key: bytes | None
) -> None:
    _open(Record(Stream.PAIRS.value, 0, 1, 1, key, value, headers))


@given(
    which=st.sampled_from(EXAMPLES),
    changed=st.dictionaries(names, st.none() | texts | st.binary(max_size=40), min_size=1, max_size=3),
    stream=st.sampled_from(Stream),
)
def test_a_header_gone_wrong_is_undecodable_or_harmless(
    which: Event, changed: dict[str, bytes | None], stream: Stream
) -> None:
    good = record(row(which))
    wrong = [(name, changed.get(name, value)) for name, value in good.headers]
    envelope = _open(replace(good, topic=stream.value, headers=wrong))

    if envelope is not None:
        BSON.encode({"version": envelope.version, "subject": envelope.subject, "id": envelope.id})


@given(
    which=st.sampled_from(EXAMPLES), value=st.none() | st.binary(max_size=400) | st.text(max_size=99).map(str.encode)
)
def test_a_body_gone_wrong_is_undecodable(which: Event, value: bytes | None) -> None:
    good = record(row(which))
    with pytest.raises(Undecodable):
        open_event(replace(good, value=value), open_envelope(good))


@given(which=st.sampled_from(EXAMPLES), at=st.integers(0), flip=st.integers(1, 255))
def test_one_byte_gone_wrong_raises_nothing_else(which: Event, at: int, flip: int) -> None:
    good = record(row(which))
    value = bytearray(good.value or b"")
    value[at % len(value)] ^= flip
    _open(replace(good, value=bytes(value)))


def _open(told: Record) -> Envelope | None:
    try:
        envelope = open_envelope(told)
        open_event(told, envelope)
    except Undecodable as error:
        assert str(error)
        return None
    return envelope


def test_the_reason_never_quotes_what_was_said() -> None:
    good = record(row(PairRecovered(programme_id="p", pair_id="secret")))
    for value in (b'{"programme_id": "secret secret", "pair_id": 7}', b"secret", b'{"secret": '):
        with pytest.raises(Undecodable) as told:
            open_event(replace(good, value=value), open_envelope(good))
        assert "secret" not in str(told.value)


def test_what_is_too_large_is_not_read() -> None:
    good = record(row(PairRecovered(programme_id="p", pair_id="s")))
    padded = (good.value or b"")[:-1] + b', "x": "' + b"x" * LARGEST_EVENT + b'"}'

    with refusing(Sentences(), "more than", Undecodable):
        open_event(replace(good, value=padded), open_envelope(good))


def test_a_type_of_tomorrow_is_no_failure() -> None:
    good = record(row(EXAMPLES[0]))
    tomorrow = [(n, b"telemachus.pair-toasted.v9" if n == "ce_type" else v) for n, v in good.headers]
    unknown = replace(good, headers=tomorrow, value=b"anything")

    assert open_event(unknown, open_envelope(unknown)) is None


@pytest.mark.parametrize("version", ["0", "-1", str(2**31), "9" * 30, "9" * 5000, "1.0", "", "first"])
def test_a_version_that_no_database_can_hold_is_none(version: str) -> None:
    good = record(row(EXAMPLES[0]))
    wrong = [(n, version.encode() if n == "ce_version" else v) for n, v in good.headers]

    with pytest.raises(Undecodable):
        open_envelope(replace(good, headers=wrong))


UNREADABLE: dict[str, tuple[str, dict[str, bytes | None]]] = {
    "no version": ("header-missing", {"ce_version": None}),
    "an id in Latin-1": ("header-not-utf-8", {"ce_id": "é".encode("latin-1")}),
    "a version in words": ("headers-not-readable", {"ce_version": b"first"}),
    "another specification": ("no-numbered-event", {"ce_specversion": b"0.3"}),
    "no subject": ("no-numbered-event", {"ce_subject": b""}),
    "after the last": ("no-numbered-event", {"ce_version": b"2147483648"}),
    "a time without a zone": ("no-numbered-event", {"ce_time": b"2026-03-02T09:00:00"}),
    "after the end of time": ("no-numbered-event", {"ce_time": b"9001-01-01T00:00:00Z"}),
}


@pytest.mark.parametrize(("code", "headers"), UNREADABLE.values(), ids=UNREADABLE)
def test_operators_are_told_what_is_wrong_with_the_headers(code: str, headers: dict[str, bytes | None]) -> None:
    good = record(row(EXAMPLES[0]))
    kept = [(name, headers.get(name, value)) for name, value in good.headers if headers.get(name, value) is not None]
    with pytest.raises(Undecodable) as told:
        open_envelope(replace(good, headers=kept))
    assert told.value.reason.code == code


@pytest.mark.parametrize(
    ("name", "value"),
    [("ce_version", b"2147483647"), ("ce_time", b"1970-01-01T00:00:00Z"), ("ce_time", b"9000-12-31T23:59:59Z")],
)
def test_what_can_just_be_reckoned_with_is_read(name: str, value: bytes) -> None:
    good = record(row(EXAMPLES[0]))
    kept = [(each, value if each == name else known) for each, known in good.headers]
    assert open_envelope(replace(good, headers=kept)).subject == EXAMPLES[0].subject


@pytest.mark.parametrize(("size", "fits"), [(256 * 1024, True), (256 * 1024 + 1, False)])
def test_a_body_is_256_kib_at_most(size: int, fits: bool) -> None:
    good = record(row(PairRecovered(programme_id="p", pair_id="s")))
    body = (good.value or b"")[:-1] + b', "x": "'
    padded = replace(good, value=body + b"x" * (size - len(body) - 2) + b'"}')
    assert len(padded.value or b"") == size
    if fits:
        assert open_event(padded, open_envelope(padded)) is not None
    else:
        with pytest.raises(Undecodable) as told:
            open_event(padded, open_envelope(padded))
        assert told.value.reason.code == "body-too-large"


def test_a_body_of_another_subject_or_stream_does_not_fit_its_headers() -> None:
    good = record(row(PairRecovered(programme_id="p", pair_id="s")))
    elsewhere = [(name, b"other" if name == "ce_subject" else value) for name, value in good.headers]
    for wrong in (replace(good, headers=elsewhere), replace(good, topic=Stream.PROGRAMMES.value)):
        with pytest.raises(Undecodable) as told:
            open_event(wrong, open_envelope(wrong))
        assert told.value.reason.code == "body-does-not-fit"


@pytest.mark.parametrize(
    ("source", "speaker"),
    [(b"/telemachus/eu-west/sessions", "sessions"), (b"/made/up", UNKNOWN), (b"\xff/pairs", UNKNOWN), (None, UNKNOWN)],
)
def test_only_services_of_ours_are_named_as_the_source(source: bytes | None, speaker: str) -> None:
    assert source_of(Record("pairs", 0, 1, 1, b"k", b"", [("ce_source", source)])) == speaker
