"""What a spreadsheet made of a cell is refused as what it is."""

import io

import pytest

from services.registration.imports.hearing import told
from services.registration.imports.people_csv import Sheet
from tests.unit.registration.imports.files import expected, faults_of, file_of, good_rows, person


@pytest.mark.parametrize("column", ["employee_id", "manager_employee_id"])
@pytest.mark.parametrize("debris", ['="00124"', "1.23457E+11", "1,2E+5", "2e+10", "=A1", "4711.0"])
def test_what_a_spreadsheet_made_of_a_number_is_refused(column: str, debris: str) -> None:
    content = file_of([person(**{column: debris})])
    [fault] = faults_of(content)
    assert (fault.column, fault.value, fault.reason.code) == (column, debris, "remade-by-a-spreadsheet")
    assert "format the column as text" in expected(fault)
    assert list(told(Sheet.of(io.BytesIO(content)), io.BytesIO(content))) == []


@pytest.mark.parametrize("column", ["employee_id", "unit", "city", "name", "manager_employee_id"])
@pytest.mark.parametrize(
    "lost",
    [
        "#N/A",
        "#REF!",
        "#NAME?",
        "#VALUE!",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#n/a",
        "########",
        "#NV",
        "#BEZUG!",
        "#¡REF!",
        "#¿NOMBRE?",
    ],
)
def test_what_a_spreadsheet_lost_is_refused(column: str, lost: str) -> None:
    [fault] = faults_of(file_of([person(**{column: lost})]))
    assert (fault.column, fault.value, fault.reason.code) == (column, lost, "lost-by-a-spreadsheet")


@pytest.mark.parametrize("column", ["employee_id", "manager_employee_id"])
@pytest.mark.parametrize("nobody", ["NULL", "None", "nan", "N/A", "undefined", "(blank)", "TRUE"])
def test_what_programs_write_for_nobody_is_nobodys_number(column: str, nobody: str) -> None:
    content = file_of([person(**{column: nobody})])
    [fault] = faults_of(content)
    assert (fault.column, fault.value, fault.reason.code) == (column, nobody, "lost-by-a-spreadsheet")
    assert list(told(Sheet.of(io.BytesIO(content)), io.BytesIO(content))) == []


@pytest.mark.parametrize("dash", ["-", "\N{EN DASH}"])
def test_a_dash_is_nobodys_number(dash: str) -> None:
    [fault] = faults_of(file_of([person(employee_id=dash)]))
    assert (fault.column, fault.reason.code) == ("employee_id", "expects-an-employee-id")


@pytest.mark.parametrize("number", ["E1", "12E5", "00124", "1.5", "4E", "A#1", "12-E+3"])
def test_numbers_that_only_look_odd_are_taken(number: str) -> None:
    assert [row.said.employee_id for row in good_rows(file_of([person(employee_id=number)]))] == [number]
