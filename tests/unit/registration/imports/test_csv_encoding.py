"""Files are read as spreadsheets save them; one in an old code page is told as such."""

from io import BytesIO

import pytest

from services.registration.app import service
from services.registration.imports.cells import REQUIRED
from services.registration.imports.csv_encoding import encoding_of
from services.registration.imports.people_csv import Row
from tests.support.sentences import refusing
from tests.unit.registration.imports.files import GOOD, file_of, good_rows, person, rows_of


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n", "SEP=;\r\n"])
def test_what_spreadsheets_save_is_read(encoding: str, first: str) -> None:
    people = [person(name="Zo\u00eb \u0102"), person(employee_id="E2", unit="Risk; Paris")]
    read = good_rows((first + file_of(people, separator=";").decode()).encode(encoding))
    assert [(row.said.name, row.said.profile.unit) for row in read] == [
        ("Zo\u00eb \u0102", "Risk"),
        ("Somebody", "Risk; Paris"),
    ]
    assert [row.line for row in read] == ([3, 4] if first else [2, 3])


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_separator_that_is_named_counts(mark: str) -> None:
    text = f"sep={mark}\r\n" + file_of([GOOD], separator=mark).decode()
    assert [row.said.name for row in good_rows(text.encode())] == ["Somebody"]


def test_utf_16_that_breaks_off_spoils_its_last_row_only() -> None:
    text = file_of([GOOD, person(employee_id="E2")], REQUIRED).decode().rstrip()
    first, second = rows_of(text.encode("utf-16")[:-1])
    assert isinstance(first, Row)
    assert isinstance(second, list)


def test_a_file_in_an_old_code_page_is_told_in_one_sentence() -> None:
    people = [person(employee_id=f"E{n}", name="Andr\u00e9" if n > 2 else "Ann") for n in range(4000)]
    with refusing(service.spoken, "probably in Windows-1252, as line 5 shows first"):
        rows_of(file_of(people).decode().encode("windows-1252"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("piece", [9, 10, 11, 12, 13, 22, 23, 24])
def test_a_file_is_looked_at_in_pieces_that_end_anywhere(monkeypatch: pytest.MonkeyPatch, end: str, piece: int) -> None:
    """Also on the last byte of a line, and between the two that end it."""
    monkeypatch.setattr("services.registration.imports.csv_encoding.PIECE", piece)
    lines = ["0123456789", "\u00e9123456789", "0123456789", "\u00e9"]
    text = end.join([*lines, ""])
    with refusing(service.spoken, "as line 2 shows first"):
        encoding_of(BytesIO(text.encode("windows-1252")))
    assert encoding_of(BytesIO(text.encode())) == "utf-8-sig"
    spoilt = text.encode().replace("\u00e9123".encode(), b"\xe9123")
    assert encoding_of(BytesIO(spoilt)) == "utf-8-sig"


def test_letters_of_an_old_code_page_far_down_are_found() -> None:
    people = [person(employee_id=f"E{n}") for n in range(20_000)] + 2 * [person(name="Andr\u00e9")]
    with refusing(service.spoken, "as line 20,002 shows first"):
        rows_of(file_of(people).decode().encode("windows-1252"))
