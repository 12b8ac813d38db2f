import csv
import io
import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.app import service
from services.registration.imports.csv_records import LONGEST_LINE, MOST_LINES
from services.registration.imports.people_csv import COLUMNS, REQUIRED, SHOWN, Fault, Row, Sheet
from shared.domain.errors import Refused
from shared.language.terms import Role
from tests.support.sentences import refusing

GOOD: dict[str, str] = {
    "employee_id": "E1",
    "name": "Somebody",
    "email": "somebody@x.example",
    "role": "Mentor",
    "country": "fr",
    "time_zone": "Europe/Paris",
    "languages": "fr|en",
    "unit": "Risk",
    "grade": "3",
    "city": "Paris",
    "working_start": "9:00",
    "working_end": "17:00",
    "offers": "Social Media:4|generative-ai:3",
    "wants": "negotiation:1:3|vision",
    "interests": "chess|sailing",
    "capacity": "2",
    "cross_border": "no",
    "manager_employee_id": "E9",
    "trained": "yes",
}
EXPECTED: dict[str, str] = {
    "employee_id": "HR's number of the person, 1 to 80 characters, once in the file",
    "name": "a name of 1 to 120 characters on one line",
    "email": "an e-mail address, such as name@company.example",
    "role": "mentor or mentee",
    "country": "two letters of ISO 3166-1, such as FR",
    "time_zone": "a time zone of the IANA database, such as Europe/Paris",
    "languages": "languages as in BCP 47, separated by |, such as en|fr",
    "unit": "the department, 1 to 80 characters",
    "grade": "a whole number from 1 (most junior) to 40",
    "city": "at most 80 characters",
    "working_start": "local time as HH:MM, before working_end",
    "working_end": "local time as HH:MM, after working_start",
    "offers": "topic:level separated by |, levels 0 to 5, such as social-media:4|generative-ai:3",
    "wants": "topic:level:priority separated by |, levels 0 to 5, priorities 1 to 3, such as negotiation:1:3",
    "interests": "interests of 1 to 40 characters, separated by |",
    "capacity": "1 or 2 pairs at a time",
    "cross_border": "yes or no",
    "manager_employee_id": "HR's number of the direct manager, at most 80 characters",
    "trained": "yes or no",
}
"""Column → what is said a cell is expected to hold."""


def _file(
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str] = tuple(COLUMNS),
    *,
    separator: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    end: str = "\r\n",
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()


def _read(content: bytes) -> list[Row | list[Fault]]:
    file = io.BytesIO(content)
    return list(Sheet.of(file).rows(file))


def _good(content: bytes) -> list[Row]:
    return [row for row in _read(content) if isinstance(row, Row)]


def _faults(content: bytes) -> list[Fault]:
    return [fault for row in _read(content) if not isinstance(row, Row) for fault in row]


def _expected(fault: Fault) -> str:
    return service.spoken.explain(fault.reason)


def _with(**cells: str) -> dict[str, str]:
    return GOOD | cells


def test_every_column_is_understood() -> None:
    [row] = _good(_file([GOOD]))
    said, profile = row.said, row.said.profile
    assert row.line == 2
    assert (said.employee_id, said.manager_employee_id, said.trained) == ("E1", "E9", True)
    assert (profile.role, profile.country, profile.languages, profile.grade) == (Role.MENTOR, "FR", ("fr", "en"), 3)
    assert (profile.working_hours.start, profile.working_hours.end) == ("09:00", "17:00")
    assert [(skill.topic, skill.level) for skill in profile.offers] == [("social-media", 4), ("generative-ai", 3)]
    wishes = [(wish.topic, wish.level, wish.priority) for wish in profile.wants]
    assert wishes == [("negotiation", 1, 3), ("vision", 0, 2)]
    assert (profile.interests, profile.capacity, profile.cross_border) == (("chess", "sailing"), 2, False)


cell = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' ,;"'), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)


@given(
    rows=st.lists(st.tuples(cell, cell), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
    order=st.randoms(use_true_random=False),
)
def test_whatever_was_exported_is_read_back(
    rows: list[tuple[str, str]], separator: str, quoting: int, end: str, bom: bool, order: random.Random
) -> None:
    people = [_with(employee_id=f"E{n}", name=name, unit=unit) for n, (name, unit) in enumerate(rows)]
    columns = order.sample(list(COLUMNS), len(COLUMNS))
    content = _file(people, columns, separator=separator, quoting=quoting, end=end)
    read = _good(b"\xef\xbb\xbf" * bom + content)
    assert [(row.said.name, row.said.profile.unit) for row in read] == [(n.strip(), u.strip()) for n, u in rows]
    assert [row.line for row in read] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_garbage_is_reported_and_never_raised(garbage: bytes) -> None:
    for content in (garbage, _file([GOOD]) + garbage, b",".join(map(str.encode, COLUMNS)) + b"\n" + garbage):
        try:
            rows = _read(content)
        except Refused:
            continue
        for row in rows:
            if not isinstance(row, Row):
                assert row
                assert all(fault.model_dump_json() and _expected(fault) for fault in row)


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=20), max_size=2), st.sampled_from(",;\t"))
def test_any_text_in_any_cell_is_taken_or_blamed_on_its_column(cells: dict[str, str], separator: str) -> None:
    written = {column: text for column, text in cells.items() if "\0" not in text}
    [row] = _read(_file([_with(**written)], separator=separator, quoting=csv.QUOTE_ALL))
    if isinstance(row, list):
        assert {fault.column for fault in row} <= {"working_start", "working_end", *written}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b@c"),
        ("email", "a b@c"),
        ("name", "x" * 121),
        ("name", "A\tB"),
        ("role", "boss"),
        ("country", "France"),
        ("time_zone", "Mars/Base"),
        ("time_zone", "../../etc/passwd"),
        ("languages", "English"),
        ("unit", "x" * 81),
        ("grade", "three"),
        ("grade", "41"),
        ("working_start", "25:00"),
        ("working_end", "08:00"),
        ("offers", "social-media"),
        ("offers", "social-media:9"),
        ("offers", "social-media:3:2"),
        ("wants", "negotiation:1:9"),
        ("capacity", "3"),
        ("cross_border", "maybe"),
        ("manager_employee_id", "x" * 81),
        ("trained", "perhaps"),
    ],
)
def test_a_wrong_cell_is_named_with_what_is_expected(column: str, value: str) -> None:
    [fault] = _faults(_file([GOOD, _with(employee_id="E2", **{column: value})]))
    assert (fault.line, fault.column, fault.reason) == (3, column, COLUMNS[column])
    assert _expected(fault) == EXPECTED[column]
    assert fault.value == (value if len(value) <= SHOWN else value[: SHOWN - 1] + "…")


def test_every_column_says_what_it_expects() -> None:
    assert {column: service.spoken.explain(reason) for column, reason in COLUMNS.items()} == EXPECTED


@pytest.mark.parametrize("column", REQUIRED)
def test_an_empty_required_cell_is_a_fault(column: str) -> None:
    assert [fault.column for fault in _faults(_file([_with(**{column: " "})]))] == [column]


def test_several_faults_of_a_row_are_all_told() -> None:
    faults = _faults(_file([_with(email="x", grade="0", country="")]))
    assert {fault.column for fault in faults} == {"email", "grade", "country"}


def test_missing_columns_refuse_the_file_and_are_listed() -> None:
    columns = [column for column in COLUMNS if column not in ("email", "grade")]
    with refusing(service.spoken, "lacks the columns email, grade"):
        _read(_file([GOOD], columns))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfee\x00m\x00", b'"never closed'])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with refusing(service.spoken, "lacks the columns"):
        _read(content)


def test_a_column_that_comes_twice_refuses_the_file() -> None:
    with refusing(service.spoken, "The columns email come more than once"):
        _read(_file([GOOD], [*COLUMNS, "E-Mail"]))


def test_header_names_are_read_generously_and_unknown_columns_are_named() -> None:
    header = [column.upper().replace("_", " ") for column in COLUMNS] + ["Shoe size"]
    content = _file([GOOD]).replace(",".join(COLUMNS).encode(), ",".join(header).encode())
    assert Sheet.of(io.BytesIO(content)).ignored == ("Shoe size",)
    assert len(_good(content)) == 1


def test_optional_columns_may_be_absent() -> None:
    [row] = _good(_file([GOOD], REQUIRED))
    assert row.said.profile.model_fields_set == {"role", "country", "time_zone", "languages", "unit", "grade"}


def test_of_two_rows_of_one_employee_the_first_good_one_counts() -> None:
    rows = _read(_file([_with(grade="x"), _with(name="First"), _with(name="Second")]))
    assert isinstance(rows[1], Row)
    assert rows[1].said.name == "First"
    [again] = _faults(_file([GOOD, GOOD]))
    assert (again.line, again.column, again.reason.code) == (3, "employee_id", "employee-comes-again")
    assert _expected(again) == EXPECTED["employee_id"]


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line_only() -> None:
    lines = _file([_with(employee_id=f"E{n}") for n in range(2 * MOST_LINES)]).split(b"\r\n")
    lines[5] = b'"' + lines[5]
    rows = _read(b"\r\n".join(lines))
    assert [row[0].line for row in rows if not isinstance(row, Row)] == [6]
    assert sum(isinstance(row, Row) for row in rows) == 2 * MOST_LINES - 1


def test_a_cell_may_hold_line_ends_and_later_lines_keep_their_numbers() -> None:
    content = _file([_with(note="one\ntwo"), _with(employee_id="E2")], [*COLUMNS, "note"])
    assert [row.line for row in _good(content)] == [2, 4]


def test_a_line_without_end_is_one_fault() -> None:
    content = _file([GOOD]) + b"x" * (3 * LONGEST_LINE) + b"\r\n" + _file([_with(employee_id="E2")]).split(b"\r\n")[1]
    assert len(_good(content)) == 2
    [fault] = _faults(content)
    assert (fault.line, fault.value, fault.reason.code) == (3, "", "line-not-readable")
    assert f"at most {LONGEST_LINE} characters" in _expected(fault)


def test_bytes_that_are_not_utf8_spoil_their_own_row_only() -> None:
    latin = _file([_with(name="Andr\u00e9")]).decode().encode("latin-1")
    content = latin + _file([_with(employee_id="E2")]).split(b"\r\n")[1]
    assert [row.said.employee_id for row in _good(content)] == ["E2"]
    [fault] = _faults(content)
    assert (fault.line, fault.column, _expected(fault)) == (2, "name", "text in UTF-8")


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    good = _file([GOOD]).rstrip(b"\r\n")
    assert _expected(_faults(good + b",extra")[0]) == "19 cells, as in the header; this line has 20"
    assert len(_good(good + b",,,")) == 1


def test_blank_lines_are_passed_over() -> None:
    content = b"\r\n" + _file([GOOD]) + b"\r\n ,,,\r\n"
    assert [row.line for row in _good(content)] == [3]
    assert _faults(content) == []
