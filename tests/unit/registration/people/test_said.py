"""What is not said stays, at any depth; what is said to be empty becomes empty."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.registration.people.said import ProfileSaid, WouldWorkBackwards
from shared.language.profile import Profile, WorkingHours
from tests.unit.registration.samples import PROFILE

REQUIRED = {
    "role": "mentor",
    "country": "FR",
    "time_zone": "Europe/Paris",
    "languages": ["fr"],
    "unit": "A",
    "grade": 3,
}
KNOWN = PROFILE.model_copy(
    update={
        "working_hours": WorkingHours(start="10:00", end="20:00", days=(0, 1)),
        "city": "Paris",
        "interests": ("x",),
    }
)
OPTIONAL: dict[str, Any] = {
    "city": "Lyon",
    "offers": [{"topic": "negotiation", "level": 2}],
    "wants": [{"topic": "negotiation"}],
    "interests": ["chess"],
    "capacity": 2,
    "cross_border": False,
}
HOURS: dict[str, Any] = {"start": "08:00", "end": "21:00", "days": [2, 3]}


def _said(**more: Any) -> Profile:
    return ProfileSaid.model_validate({**REQUIRED, **more}).over(KNOWN, KNOWN.managers)


@given(st.sets(st.sampled_from(sorted(OPTIONAL))), st.sets(st.sampled_from(sorted(HOURS))))
def test_what_is_not_said_stays_at_any_depth(names: set[str], times: set[str]) -> None:
    said = {name: OPTIONAL[name] for name in names}
    if times:
        said["working_hours"] = {name: HOURS[name] for name in times}
    joined = _said(**said).model_dump(mode="json")
    before = KNOWN.model_dump(mode="json")
    assert {name: joined[name] for name in OPTIONAL if name not in names} == {
        name: before[name] for name in OPTIONAL if name not in names
    }
    assert joined["working_hours"] == {**before["working_hours"], **{name: HOURS[name] for name in times}}
    assert {name: joined[name] for name in names - {"wants"}} == {name: OPTIONAL[name] for name in names - {"wants"}}


@pytest.mark.parametrize("name", [*OPTIONAL, "working_hours"])
def test_null_takes_back_what_may_be_left_out(name: str) -> None:
    assert getattr(_said(**{name: None}), name) == getattr(Profile.model_validate(REQUIRED), name)


@pytest.mark.parametrize("name", ["offers", "wants", "interests"])
def test_an_empty_list_empties(name: str) -> None:
    assert getattr(_said(**{name: []}), name) == ()


def test_null_takes_back_a_part_of_a_part() -> None:
    hours = _said(working_hours={"days": None}).working_hours
    assert (hours.start, hours.end, hours.days) == ("10:00", "20:00", WorkingHours().days)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_is_not_taken_back(name: str) -> None:
    with pytest.raises(ValidationError):
        ProfileSaid.model_validate({**REQUIRED, name: None})


def test_one_edge_alone_is_checked_with_the_other_that_is_known() -> None:
    assert _said(working_hours={"start": "19:00"}).working_hours.end == "20:00"
    with pytest.raises(WouldWorkBackwards) as caught:
        _said(working_hours={"start": "20:30"})
    assert caught.value.reason.facts == {"start": "20:30", "end": "20:00"}


def test_both_edges_are_checked_by_themselves() -> None:
    with pytest.raises(ValidationError, match="works-backwards"):
        ProfileSaid.model_validate({**REQUIRED, "working_hours": {"start": "18:00", "end": "09:00"}})


def test_of_somebody_new_the_rest_is_what_nobody_said() -> None:
    said = ProfileSaid.model_validate(REQUIRED)
    profile = said.over(None, ())
    assert profile == Profile.model_validate(REQUIRED)
    assert type(profile) is Profile
    assert said.over(profile, ()) is profile


def test_a_part_that_has_parts_is_joined_part_by_part() -> None:
    """Whoever adds another one to profiles has to join it too."""
    parts = {name for name, field in Profile.model_fields.items() if isinstance(field.default, BaseModel)}
    assert parts == {"working_hours"}


def test_the_schema_says_that_null_may_be_said() -> None:
    schema = ProfileSaid.model_json_schema()
    nullable = {name for name, field in schema["properties"].items() if {"type": "null"} in field.get("anyOf", ())}
    assert nullable == {*OPTIONAL, "working_hours", "managers"}
    hours = schema["$defs"]["HoursSaid"]["properties"]
    assert all({"type": "null"} in field["anyOf"] for field in hours.values())
