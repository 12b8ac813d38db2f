"""People from a CSV file: what its columns mean, and what is wrong with a row, cell by cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from pydantic import BaseModel, Field, ValidationError

from services.registration.imports.csv_records import LONGEST_LINE, Record, lines_of, records_of
from services.registration.people.application import Application, EmployeeId
from shared.domain.errors import Refused

COLUMNS: Mapping[str, str] = {
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
"""Column → what a cell is expected to hold."""

REQUIRED = ("employee_id", "name", "email", "role", "country", "time_zone", "languages", "unit", "grade")
SEPARATORS = (",", ";", "\t")
SHOWN = 40
"""Characters of a refused value that are shown."""


class Fault(BaseModel):
    """What is wrong with one cell, or with a whole line when ``column`` is empty."""

    line: int
    column: str
    value: str
    expected: str


class PersonRow(Application):
    """What one row says; an empty cell says nothing."""

    employee_id: EmployeeId = Field(repr=False)
    manager_employee_id: EmployeeId | None = Field(default=None, repr=False)
    trained: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken as it is."""

    line: int
    said: PersonRow


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a file is laid out: its separator, and for each column our name, or None when we do not know it."""

    separator: str
    columns: tuple[str | None, ...]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, file: IO[bytes]) -> "Sheet":
        """Read the header; raises Refused when a required column is missing or a column comes twice."""
        first = next((line for line in lines_of(file) if line.strip()), "")
        separator = max(SEPARATORS, key=lambda mark: sum(_column(name) is not None for name in first.split(mark)))
        header = next(records_of(lines_of(file), separator), Record(1, ())).cells or ()
        columns = tuple(_column(name) for name in header)
        _must_be_complete(columns)
        unknown = tuple(shown(name) for name, column in zip(header, columns, strict=True) if column is None)
        return cls(separator, columns, tuple(name for name in unknown if name))

    def rows(self, file: IO[bytes]) -> Iterator[Row | list[Fault]]:
        """Every row that is not blank: taken, or its faults. Of an employee's rows the first good one counts."""
        seen: set[str] = set()
        for record in self._records(file):
            row = self._row(record)
            if isinstance(row, Row):
                identity = row.said.employee_id
                if identity in seen:
                    row = [fault(record.line, "employee_id", identity)]
                seen.add(identity)
            yield row

    def superiors(self, file: IO[bytes]) -> Iterator[tuple[str, str]]:
        """Employee id and manager's employee id of every row that names both, whatever else it says."""
        for record in self._records(file):
            cells = self._cells(record.cells or ())
            person, manager = cells.get("employee_id"), cells.get("manager_employee_id")
            if person and manager and _encodable(person + manager):
                yield person, manager

    def _records(self, file: IO[bytes]) -> Iterator[Record]:
        records = records_of(lines_of(file), self.separator)
        next(records, None)
        return records

    def _cells(self, cells: tuple[str, ...]) -> dict[str, str]:
        known = zip(self.columns, cells, strict=False)
        return {column: text for column, cell in known if column and (text := cell.strip())}

    def _row(self, record: Record) -> Row | list[Fault]:
        if record.cells is None:
            expected = f"a line of at most {LONGEST_LINE} characters in which every quotation mark is closed"
            return [Fault(line=record.line, column="", value="", expected=expected)]
        if any(cell.strip() for cell in record.cells[len(self.columns) :]):
            expected = f"{len(self.columns)} cells, as in the header; this line has {len(record.cells)}"
            return [Fault(line=record.line, column="", value="", expected=expected)]
        cells = self._cells(record.cells)
        if broken := _broken(cells):
            return [fault(record.line, column, cells[column], "text in UTF-8") for column in broken]
        try:
            return Row(record.line, PersonRow.model_validate(_payload(cells)))
        except ValidationError as error:
            columns = dict.fromkeys(_blamed(problem["loc"]) for problem in error.errors(include_url=False))
            return [fault(record.line, column, cells.get(column, "")) for column in columns]


def fault(line: int, column: str, value: str, expected: str = "") -> Fault:
    """What is wrong with a cell; without ``expected`` it is what the column always expects."""
    return Fault(line=line, column=column, value=shown(value), expected=expected or COLUMNS[column])


def shown(value: str) -> str:
    """A value as it can be quoted in a report: short, and always encodable."""
    readable = value.strip().encode("utf-8", "replace").decode()
    return readable if len(readable) <= SHOWN else readable[: SHOWN - 1] + "…"


def _squeezed(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


_KNOWN = {_squeezed(column): column for column in COLUMNS}


def _column(name: str) -> str | None:
    return _KNOWN.get(_squeezed(name))


def _must_be_complete(columns: tuple[str | None, ...]) -> None:
    if missing := [column for column in REQUIRED if column not in columns]:
        raise Refused(
            f"The file lacks the columns {', '.join(missing)}. The first line names the columns, the text is UTF-8, "
            "and commas, semicolons or tabs stand between the cells."
        )
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise Refused(f"The columns {', '.join(twice)} come more than once; leave one of each.")


def _broken(cells: Mapping[str, str]) -> list[str]:
    """Columns whose bytes were not UTF-8."""
    if _encodable("".join(cells.values())):
        return []
    return [column for column, text in cells.items() if not _encodable(text)]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _blamed(place: tuple[int | str, ...]) -> str:
    """The column that a place in ``PersonRow`` came from."""
    match place:
        case ("profile", "working_hours", "start", *_):
            return "working_start"
        case ("profile", "working_hours", *_):
            return "working_end"
        case ("profile", str(name), *_):
            return name
        case ("profile",):
            return "offers"
        case (name, *_):
            return str(name)
        case _:
            return "employee_id"


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split("|") if item.strip()]


def _topics(cell: str, *fields: str) -> list[dict[str, str]]:
    items = [item.split(":", len(fields) - 1) for item in _listed(cell)]
    return [{**dict(zip(fields, map(str.strip, parts), strict=False)), "topic": _slug(parts[0])} for parts in items]


def _slug(topic: str) -> str:
    return "-".join(topic.lower().split())


_PROFILE: Mapping[str, Callable[[str], object]] = {
    "role": str.lower,
    "country": str.upper,
    "time_zone": str,
    "languages": _listed,
    "unit": str,
    "grade": str,
    "city": str,
    "offers": lambda cell: _topics(cell, "topic", "level"),
    "wants": lambda cell: _topics(cell, "topic", "level", "priority"),
    "interests": _listed,
    "capacity": str,
    "cross_border": str,
}


def _payload(cells: Mapping[str, str]) -> dict[str, Any]:
    profile = {column: read(cells[column]) for column, read in _PROFILE.items() if column in cells}
    times = {edge: cells[f"working_{edge}"].zfill(5) for edge in ("start", "end") if f"working_{edge}" in cells}
    if times:
        profile["working_hours"] = times
    own = {name: cells[name] for name in PersonRow.model_fields if name in cells}
    return {**own, "profile": profile}
