from typing import Any

import pytest
from pydantic import ValidationError

from services.registration.people.application import Application
from tests.unit.registration.samples import PROFILE


def _application(**changes: Any) -> Application:
    body = {"name": "Somebody", "email": "somebody@x.example", "profile": PROFILE.model_dump(mode="json")}
    return Application.model_validate(body | changes)


@pytest.mark.parametrize("name", ["X", "Zoë O’Neill-van der Berg", "王小明", " padded "])
def test_names_of_all_kinds_are_welcome(name: str) -> None:
    assert _application(name=name).name == name.strip()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "A\r\nBcc: x@y.example"},
        {"name": "A\u2028B"},
        {"email": "no-at-sign"},
        {"email": "@x.example"},
        {"email": "a@b@c.example"},
        {"email": "a\u0000@x.example"},
        {"email": "a@" + "x" * 254},
        {"employee_id": " "},
    ],
)
def test_what_is_no_name_address_or_number_is_refused_without_being_quoted(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        _application(**changes)
    assert [problem["loc"][0] for problem in caught.value.errors()] == list(changes)
    assert "input_value" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "code"), [({"name": "A\nB"}, "not-one-line"), ({"email": "no-at-sign"}, "not-an-email-address")]
)
def test_what_is_wrong_is_a_code(changes: dict[str, str], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _application(**changes)
    assert [problem["type"] for problem in caught.value.errors()] == [code]


def test_a_profile_that_would_swell_events_is_refused() -> None:
    wishes = [{"topic": f"topic-{number}"} for number in range(1000)]
    with pytest.raises(ValidationError, match="too_long"):
        _application(profile={**PROFILE.model_dump(mode="json"), "wants": wishes})


def test_an_application_is_not_named_where_it_is_printed() -> None:
    printed = repr(_application(employee_id="4711"))
    assert not [secret for secret in ("Somebody", "@", "4711") if secret in printed]
