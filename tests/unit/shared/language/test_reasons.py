"""A reason is one line of text wherever it is kept, and the same reason again when it is read."""

from datetime import date
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.language.reasons import AnyOf, Fact, Failure, Reason, not_valid, plain


class State(StrEnum):
    HELD = "held"


LINES = [
    (Reason("session-was-held"), "session-was-held"),
    (Reason("wrong-state", state=State.HELD), "wrong-state state=held"),
    (Reason("programme-ends", ends_on=date(2026, 3, 2), count=3), "programme-ends ends_on=2026-03-02 count=3"),
    (Reason("no-such", kind="pair", id="2026-03-02"), 'no-such kind=pair id="2026-03-02"'),
    (Reason("said", words='a "b" =c', flag="true"), r'said words="a \"b\" =c" flag="true"'),
    (Reason("not-managed", countries=("FR", "GB")), 'not-managed countries=["FR","GB"]'),
]


@pytest.mark.parametrize(("reason", "line"), LINES)
def test_it_is_written_as_one_line_and_read_back(reason: Reason, line: str) -> None:
    assert str(reason) == line
    assert Reason.read(line) == reason


NAMES = st.from_regex(r"[a-z]+(_[a-z]+)?", fullmatch=True)
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.text(), st.integers(), st.booleans(), st.dates(), st.lists(st.text()).map(tuple), st.floats(allow_nan=False)
)


@given(code=st.from_regex(r"[a-z]+(-[a-z0-9]+)*", fullmatch=True), facts=st.dictionaries(NAMES, FACTS))
def test_whatever_the_facts_are_they_come_back(code: str, facts: dict[str, Fact]) -> None:
    reason = Reason(code, **facts)
    assert Reason.read(str(reason)) == reason


@pytest.mark.parametrize(
    "text", ["", "No session: the two could not meet.", "two words", "a-code and=", 'a-code x="', "a-code  x=1", "x=1"]
)
def test_any_other_text_is_none(text: str) -> None:
    assert Reason.read(text) is None


@pytest.mark.parametrize("value", ["null", '{"a":1}', '["FR",null]', "[[]]", r'"\ud800"', r'["\ud800"]', "[" * 100_000])
def test_what_nobody_could_show_is_no_fact(value: str) -> None:
    assert Reason.read(f"waits-for missing={value}") is None


class Kept(BaseModel):
    because: Reason


def test_in_a_document_it_is_its_line() -> None:
    kept = Kept(because=Reason("programme-ends", ends_on=date(2026, 3, 2)))
    assert kept.model_dump(mode="json") == {"because": "programme-ends ends_on=2026-03-02"}
    assert Kept.model_validate(kept.model_dump(mode="json")) == kept
    with pytest.raises(ValidationError):
        Kept.model_validate({"because": "No session."})


def test_facts_are_plain_where_programs_read_them() -> None:
    assert plain(State.HELD) == "held"
    assert plain(date(2026, 3, 2)) == "2026-03-02"
    assert plain(AnyOf(("manager", "operator"))) == ["manager", "operator"]


def test_a_validator_gives_its_code_and_facts_to_pydantic() -> None:
    fault = not_valid("ends-too-soon", ends_on=date(2026, 3, 2))
    assert (fault.type, fault.context) == ("ends-too-soon", {"ends_on": date(2026, 3, 2)})


def test_braces_in_what_people_send_are_no_places_for_facts() -> None:
    sent = "{name}" * 1000
    line = not_valid("no-such-zone", name=sent).message()
    assert Reason.read(line) == Reason("no-such-zone", name=sent)
    assert len(line) < 2 * len(sent)


def test_what_failed_is_told_with_names_and_stays_as_it_was() -> None:
    failure = Failure("cannot-be-together", about="person-1", mentor_id="m1", rules=("topic",))
    told = failure.told_with(mentor_id="Mia")
    assert told.reason == Reason("cannot-be-together", mentor_id="Mia", rules=("topic",)) and told.about == "person-1"
    assert failure.reason.facts["mentor_id"] == "m1"
