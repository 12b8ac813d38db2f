"""Whatever a service stores comes back as it was."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from bson import decode, encode
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, TypeAdapter

from services.feedback.people.participant import Participant
from services.feedback.pulse.pulse import Answer
from services.registration.programmes.contact import Contact
from services.sessions.series.shortfall import Shortfall
from shared.domain.aggregate import Aggregate
from shared.language.feedback import ProgrammeCounted
from shared.language.profile import Profile, WorkingHours
from shared.language.reasons import Reason
from shared.language.terms import PairingRules, Role, Terms, Weights, WorkPlan
from shared.language.values.accepted import ACCEPTED
from shared.language.values.lines import Line
from shared.language.values.zones import TimeZone, names
from shared.privacy.erasing import Erased
from shared.store.documents import from_document, to_document
from shared.web.forms.once import Submitted
from shared.web.links.link import Followed
from tests.unit.shared.samples import NOW, aggregates, examples

COUNTED = [event for event in examples() if isinstance(event, ProgrammeCounted)]

KINDS = aggregates()
AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)

moments = st.integers(0, 5_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds + 0.123456, UTC))
milliseconds = moments.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
words = st.text(st.characters(codec="utf-8"), max_size=20)
lines = words.map(partial(TypeAdapter(Annotated[str, Line(20)]).validate_python, context=ACCEPTED))
"""What of any words would be taken at the edge."""

FIXED: dict[Any, st.SearchStrategy[Any]] = {
    str: words,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    TimeZone: st.sampled_from(sorted(names())),
    datetime: moments,
    AwareDatetime: moments,
    Profile: st.builds(
        Profile,
        role=st.sampled_from(Role),
        country=st.sampled_from(["FR", "GB"]),
        time_zone=st.sampled_from(["Europe/Paris", "Asia/Kolkata"]),
        languages=st.just(("en",)),
        unit=lines,
        grade=st.integers(1, 40),
    ),
    ProgrammeCounted: st.sampled_from(COUNTED),
    Shortfall: st.none() | st.builds(Reason, st.just("a-code"), day=st.dates(), count=st.integers(0, 99), what=words),
    Answer: st.builds(Answer, feeling=st.integers(1, 5), useful=st.integers(1, 5), comment=lines),
    WorkingHours: st.builds(WorkingHours, days=st.lists(st.integers(0, 6), max_size=7).map(tuple)),
    PairingRules: st.builds(
        PairingRules,
        weights=st.builds(Weights, topics=st.integers(0, 100)),
        minimum_score=st.none() | st.integers(0, 9),
    ),
    Contact: st.builds(
        Contact,
        id=words,
        email=st.sampled_from(["hr@x.example", "Ü@x.example"]),
        language=st.sampled_from(["en", "ro"]),
        time_zone=st.sampled_from(["Europe/Paris", "Asia/Kolkata"]),
    ),
    Terms: st.builds(
        Terms,
        title=st.text("abc", min_size=3, max_size=9),
        countries=st.just(("FR",)),
        languages=st.just(("en", "fr")),
        topics=st.just(("the-web",)),
        starts_on=st.dates(date(2020, 1, 1), date(2025, 1, 1)),
        ends_on=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
        plan=st.builds(WorkPlan, minutes=st.sampled_from([30, 45, 60])),
    ),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of that type may hold."""
    if kind in FIXED:
        return FIXED[kind]
    if any(isinstance(each, Line) for each in getattr(kind, "__metadata__", ())):
        return lines
    of, inner = get_origin(kind), get_args(kind)
    if of in (Union, UnionType):
        return st.one_of(*map(values_of, inner))
    if of is tuple and inner[-1] is Ellipsis:
        return st.lists(values_of(inner[0]), max_size=3).map(tuple)
    if of is tuple:
        return st.tuples(*map(values_of, inner))
    if of is dict:
        names = st.text("abc-", min_size=1) if inner[0] is str else values_of(inner[0])
        return st.dictionaries(names, values_of(inner[1]), max_size=3)
    if isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind)):
        return st.builds(kind, **{name: values_of(field) for name, field in hints(kind).items()})
    return st.from_type(kind)


def hints(kind: type) -> dict[str, Any]:
    """Field → type, of a model or a dataclass."""
    own: Any = kind
    names = own.model_fields if issubclass(kind, BaseModel) else [field.name for field in fields(own)]
    found = get_type_hints(kind, include_extras=True)
    return {name: found[name] for name in names}


def any_of(kind: type[Aggregate]) -> st.SearchStrategy[Any]:
    """Aggregates of that kind with whatever their fields allow."""
    known = {name: values_of(each) for name, each in hints(kind).items() if name not in ("raised", "due_at")}
    return st.builds(kind, **known, due_at=st.none() | milliseconds)


def through_the_database(document: dict[str, Any]) -> dict[str, Any]:
    """As it comes back: through the bytes a driver sends."""
    return decode(encode(document), AWARE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
@settings(max_examples=15)
@given(data=st.data())
def test_it_comes_back_as_it_was(kind: type[Aggregate], data: st.DataObject) -> None:
    stored = data.draw(any_of(kind))

    assert from_document(kind, through_the_database(to_document(stored))) == stored


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_field_hides_what_the_store_keeps_for_itself(kind: type[Aggregate]) -> None:
    names = set(kind.__dataclass_fields__)
    assert not names & {"_id", "_revision", "_said"}
    assert all(field.partition(".")[0] in names for index in kind.indexes for field in index if field != "_id")


OF_ALL = (Erased, Followed, Submitted)
"""Every service's own, in its own database."""


def test_every_kind_has_a_collection_of_its_own() -> None:
    of_service: dict[str, list[str]] = {}
    for kind in KINDS:
        if kind not in OF_ALL:
            of_service.setdefault(kind.__module__.split(".")[1], []).append(kind.collection)
    for collections in of_service.values():
        assert len(collections) == len(set(collections))
        assert not {"inbox", "outbox", "parked", "leases", *(each.collection for each in OF_ALL)} & set(collections)


def a_participant() -> Participant:
    return Participant(id="a", programme_id="p", person_id="x", role=Role.MENTOR)


def test_what_a_newer_version_has_added_is_passed_over() -> None:
    stored = {**to_document(a_participant()), "_revision": 3, "_said": 1, "of_tomorrow": {"x": 1}}
    assert from_document(Participant, stored) == a_participant()


def test_what_falls_due_can_be_compared_and_what_does_not_has_no_such_field() -> None:
    assert to_document(replace(a_participant(), due_at=NOW))["due_at"] == NOW
    assert "due_at" not in to_document(a_participant())


def test_what_was_raised_is_not_stored() -> None:
    assert "raised" not in to_document(a_participant())
