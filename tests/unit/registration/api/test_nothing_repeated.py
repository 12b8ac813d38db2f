"""What somebody sends and is wrong stands in no answer and in no line of the log."""

import logging

import pytest
from pydantic import ValidationError

from services.registration.people.application import Application
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import ask
from tests.unit.registration.samples import PROFILE, programme

MARK = "Marker Marksdottir"
GOOD = {"name": "A", "email": "a@x.example", "employee_id": "e-9", "profile": PROFILE.model_dump(mode="json")}
APPLY, IMPORT = "POST /programmes/spring/participants", "POST /programmes/spring/import"

WRONG = {
    "a name that is none": {**GOOD, "name": [MARK]},
    "an address that is none": {**GOOD, "email": MARK},
    "a number that is none": {**GOOD, "employee_id": {"is": MARK}},
    "a profile that is none": {**GOOD, "profile": MARK},
    "a grade that is none": {**GOOD, "profile": {**GOOD["profile"], "grade": MARK}},  # type: ignore[dict-item]
    "something else": [MARK],
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_not_repeated(body: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        problem = ask(MemoryStore(programme()), "manager", APPLY, json=body)
    assert problem["status"] == 422
    assert MARK not in str(problem) + caplog.text


def test_a_line_of_the_log_says_nothing_of_a_file(caplog: pytest.LogCaptureFixture) -> None:
    lines = f"employee_id,name,email,role,country,time_zone,languages,unit,grade\n{MARK}\n,{MARK},{MARK},x,{MARK}\n"
    with caplog.at_level(logging.DEBUG):
        report = ask(MemoryStore(programme()), "manager", IMPORT, content=lines)
    assert len(report["errors"]) > 1
    assert MARK not in caplog.text


def test_an_error_shows_nothing_of_a_body() -> None:
    with pytest.raises(ValidationError) as raised:
        Application.model_validate(WRONG["a name that is none"])
    assert MARK not in f"{raised.value} {raised.value!r}"
