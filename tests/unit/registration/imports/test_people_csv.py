import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.app import service
from services.registration.imports.cells import REQUIRED
from services.registration.imports.csv_records import LONGEST_LINE, MOST_LINES
from services.registration.imports.people_csv import COLUMNS, NAMED, SHOWN, Row, Sheet
from services.registration.imports.spoilt import LOST
from shared.domain.errors import Refused
from shared.language.terms import Role
from tests.support.sentences import refusing
from tests.unit.registration.imports.files import GOOD, expected, faults_of, file_of, good_rows, person, rows_of

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
    "manager_employee_id": "HR's number of the direct manager, at most 80 characters, or - for nobody",
    "trained": "yes or no",
}
"""Column → what is said a cell is expected to hold."""


def test_every_column_is_understood() -> None:
    [row] = good_rows(file_of([GOOD]))
    said, profile = row.said, row.said.profile
    assert row.line == 2
    assert (said.employee_id, said.manager_employee_id, said.trained) == ("E1", "E9", True)
    assert (profile.role, profile.country, profile.languages, profile.grade) == (Role.MENTOR, "FR", ("fr", "en"), 3)
    assert (profile.working_hours.start, profile.working_hours.end) == ("09:00", "17:00")
    assert [(skill.topic, skill.level) for skill in profile.offers] == [("social-media", 4), ("generative-ai", 3)]
    wishes = [(wish.topic, wish.level, wish.priority) for wish in profile.wants]
    assert wishes == [("negotiation", 1, 3), ("vision", 0, 2)]
    assert (profile.interests, profile.capacity, profile.cross_border) == (("chess", "sailing"), 2, False)


@pytest.mark.parametrize(
    ("said", "country", "languages"),
    [
        (person(country="uk", languages="EN|en-us"), "GB", ("en", "en-US")),
        (person(country="EL", languages="iw|es-419|he"), "GR", ("he", "es-419")),
        (person(country="Ｆ\u00adR", languages="nb"), None, ()),
    ],
)
def test_countries_and_languages_have_one_form(
    said: dict[str, str], country: str | None, languages: tuple[str, ...]
) -> None:
    if country is None:
        assert [(each.column, each.value) for each in faults_of(file_of([said]))] == [("country", said["country"])]
    else:
        [row] = good_rows(file_of([said]))
        assert (row.said.profile.country, row.said.profile.languages) == (country, languages)


def test_headings_roles_and_topics_are_read_however_they_are_written() -> None:
    content = file_of([person(role="ＭＥＮＴＯＲ", offers="Social\u00a0 Media:4")])
    header, rest = content.split(b"\n", 1)
    [row] = good_rows(header.replace(b"employee_id", "Ｅmployee\u00a0ID".encode()) + b"\n" + rest)
    assert row.said.profile.role is Role.MENTOR
    assert [skill.topic for skill in row.said.profile.offers] == ["social-media"]


cell = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' ,;"'), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip()) and not LOST.fullmatch(text.strip())  # what a spreadsheet has lost is refused
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
    people = [person(employee_id=f"E{n}", name=name, unit=unit) for n, (name, unit) in enumerate(rows)]
    columns = order.sample(list(COLUMNS), len(COLUMNS))
    content = file_of(people, columns, separator=separator, quoting=quoting, end=end)
    read = good_rows(b"\xef\xbb\xbf" * bom + content)
    assert [(row.said.name, row.said.profile.unit) for row in read] == [(n.strip(), u.strip()) for n, u in rows]
    assert [row.line for row in read] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_garbage_is_reported_and_never_raised(garbage: bytes) -> None:
    for content in (garbage, file_of([GOOD]) + garbage, b",".join(map(str.encode, COLUMNS)) + b"\n" + garbage):
        try:
            rows = rows_of(content)
        except Refused:
            continue
        for row in rows:
            if not isinstance(row, Row):
                assert row
                assert all(fault.model_dump_json() and expected(fault) for fault in row)


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=20), max_size=2), st.sampled_from(",;\t"))
def test_any_text_in_any_cell_is_taken_or_blamed_on_its_column(cells: dict[str, str], separator: str) -> None:
    written = {column: text for column, text in cells.items() if "\0" not in text}
    [row] = rows_of(file_of([person(**written)], separator=separator, quoting=csv.QUOTE_ALL))
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
    [fault] = faults_of(file_of([GOOD, person(employee_id="E2", **{column: value})]))
    assert (fault.line, fault.column, fault.reason) == (3, column, COLUMNS[column])
    assert expected(fault) == EXPECTED[column]
    readable = value.replace("\t", "\N{REPLACEMENT CHARACTER}")
    assert fault.value == (readable if len(value) <= SHOWN else readable[: SHOWN - 1] + "…")


def test_every_column_says_what_it_expects() -> None:
    assert {column: service.spoken.explain(reason) for column, reason in COLUMNS.items()} == EXPECTED


@pytest.mark.parametrize("column", REQUIRED)
def test_an_empty_required_cell_is_a_fault(column: str) -> None:
    assert [fault.column for fault in faults_of(file_of([person(**{column: " "})]))] == [column]


def test_several_faults_of_a_row_are_all_told() -> None:
    faults = faults_of(file_of([person(email="x", grade="0", country="")]))
    assert {fault.column for fault in faults} == {"email", "grade", "country"}


def test_missing_columns_refuse_the_file_and_are_listed() -> None:
    columns = [column for column in COLUMNS if column not in ("email", "grade")]
    with refusing(service.spoken, "lacks the columns email and grade"):
        rows_of(file_of([GOOD], columns))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfee\x00m\x00", b'"never closed'])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with refusing(service.spoken, "lacks the columns"):
        rows_of(content)


def test_a_column_that_comes_twice_refuses_the_file() -> None:
    with refusing(service.spoken, "The columns email come more than once"):
        rows_of(file_of([GOOD], [*COLUMNS, "E-Mail"]))


def test_header_names_are_read_generously_and_unknown_columns_are_named() -> None:
    header = [column.upper().replace("_", " ") for column in COLUMNS] + ["Shoe size"]
    content = file_of([GOOD]).replace(",".join(COLUMNS).encode(), ",".join(header).encode())
    assert Sheet.of(io.BytesIO(content)).ignored == ("Shoe size",)
    assert len(good_rows(content)) == 1


def test_optional_columns_may_be_absent() -> None:
    [row] = good_rows(file_of([GOOD], REQUIRED))
    assert row.said.profile.model_fields_set == {"role", "country", "time_zone", "languages", "unit", "grade"}


def test_of_two_rows_of_one_employee_the_first_good_one_counts() -> None:
    rows = rows_of(file_of([person(grade="x"), person(name="First"), person(name="Second")]))
    assert isinstance(rows[1], Row)
    assert rows[1].said.name == "First"
    [again] = faults_of(file_of([GOOD, GOOD]))
    assert (again.line, again.column, again.reason.code) == (3, "employee_id", "employee-comes-again")
    assert expected(again) == EXPECTED["employee_id"]


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line_only() -> None:
    lines = file_of([person(employee_id=f"E{n}") for n in range(2 * MOST_LINES)]).split(b"\r\n")
    lines[5] = b'"' + lines[5]
    rows = rows_of(b"\r\n".join(lines))
    assert [row[0].line for row in rows if not isinstance(row, Row)] == [6]
    assert sum(isinstance(row, Row) for row in rows) == 2 * MOST_LINES - 1


def test_a_cell_may_hold_line_ends_and_later_lines_keep_their_numbers() -> None:
    content = file_of([person(note="one\ntwo"), person(employee_id="E2")], [*COLUMNS, "note"])
    assert [row.line for row in good_rows(content)] == [2, 4]


def test_a_line_without_end_is_one_fault() -> None:
    content = (
        file_of([GOOD]) + b"x" * (3 * LONGEST_LINE) + b"\r\n" + file_of([person(employee_id="E2")]).split(b"\r\n")[1]
    )
    assert len(good_rows(content)) == 2
    [fault] = faults_of(content)
    assert (fault.line, fault.value, fault.reason.code) == (3, "", "line-not-readable")
    assert f"at most {LONGEST_LINE:,} characters" in expected(fault)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("beyond", range(-3, 3))
def test_a_line_about_as_long_as_may_be_is_one_line_wherever_it_is_cut(end: str, beyond: int) -> None:
    header, first, second = file_of([GOOD, person(employee_id="E2")], end=end).decode().removesuffix(end).split(end)
    long = first.replace("Somebody", "")
    filled = first.replace("Somebody", "x" * (LONGEST_LINE + beyond - len(long)))
    content = end.join([header, filled, second, "broken", ""]).encode()
    assert [row.line for row in good_rows(content)] == [3]
    lines = {fault.line: fault.reason.code for fault in faults_of(content)}
    assert set(lines) == {2, 4}
    assert (lines[2] == "line-not-readable") is (len(filled + end) >= LONGEST_LINE)


def test_bytes_that_are_not_utf8_spoil_their_own_row_only() -> None:
    latin = file_of([person(name="Andr\u00e9")]).decode().encode("latin-1")
    content = latin + file_of([person(employee_id="E2")]).split(b"\r\n")[1]
    assert [row.said.employee_id for row in good_rows(content)] == ["E2"]
    [fault] = faults_of(content)
    assert (fault.line, fault.column, expected(fault)) == (2, "name", "text in UTF-8")


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    good = file_of([GOOD]).rstrip(b"\r\n")
    assert expected(faults_of(good + b",extra")[0]) == "19 cells, as in the header; this line has 20"
    assert len(good_rows(good + b",,,")) == 1


def test_blank_lines_are_passed_over() -> None:
    content = b"\r\n" + file_of([GOOD]) + b"\r\n ,,,\r\n"
    assert [row.line for row in good_rows(content)] == [3]
    assert faults_of(content) == []


def test_headers_that_were_found_are_named() -> None:
    with refusing(service.spoken, "Its first line names Matricule, Nom and Courriel."):
        rows_of(b"Matricule;Nom;Courriel\r\n1;A;a@x.example\r\n")


def test_what_is_quoted_of_a_file_can_be_printed() -> None:
    header = f"{file_of([GOOD]).decode().splitlines()[0]},\u202e\x1b[31mred\x00"
    ignored = Sheet.of(io.BytesIO(header.encode())).ignored
    [fault] = faults_of(file_of([person(name="\x1b[31m\u202eA")]))
    with pytest.raises(Refused) as refused:
        Sheet.of(io.BytesIO("\x1b[31m\u202e,x".encode()))
    found = refused.value.reason.plain_facts["found"]
    assert all(said.isprintable() for said in (*ignored, fault.value, *found))


def test_of_columns_that_nobody_reads_the_first_are_named() -> None:
    header = file_of([GOOD]).decode().splitlines()[0] + "".join(f",more {n}" for n in range(2000))
    assert Sheet.of(io.BytesIO(header.encode())).ignored == tuple(f"more {n}" for n in range(NAMED))
