"""People from a CSV file: what its columns mean, and what is wrong with a row, cell by cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from pydantic import BaseModel, Field, ValidationError

from services.registration.imports.csv_records import LONGEST_LINE, Record, lines_of, records_of
from services.registration.people.application import Application, EmployeeId
from shared.domain.errors import Refused
from shared.language.reasons import Reason

COLUMNS: Mapping[str, Reason] = {
    "employee_id": Reason("expects-an-employee-id"),
    "name": Reason("expects-a-name"),
    "email": Reason("expects-an-email-address"),
    "role": Reason("expects-a-role"),
    "country": Reason("expects-a-country"),
    "time_zone": Reason("expects-a-time-zone"),
    "languages": Reason("expects-languages"),
    "unit": Reason("expects-a-unit"),
    "grade": Reason("expects-a-grade"),
    "city": Reason("expects-a-city"),
    "working_start": Reason("expects-a-start-of-work"),
    "working_end": Reason("expects-an-end-of-work"),
    "offers": Reason("expects-offers"),
    "wants": Reason("expects-wants"),
    "interests": Reason("expects-interests"),
    "capacity": Reason("expects-a-capacity"),
    "cross_border": Reason("expects-yes-or-no"),
    "manager_employee_id": Reason("expects-a-managers-id"),
    "trained": Reason("expects-yes-or-no"),
}
"""Column → why a cell is refused that does not hold what it should."""

REQUIRED = ("employee_id", "name", "email", "role", "country", "time_zone", "languages", "unit", "grade")
SEPARATORS = (",", ";", "\t")
SHOWN = 40
"""Characters of a refused value that are shown."""


class Fault(BaseModel):
    """What is wrong with one cell, or with a whole line when ``column`` is empty."""

    line: int
    column: str
    value: str
    reason: Reason


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
                    row = [fault(record.line, "employee_id", identity, Reason("employee-comes-again"))]
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
            return [_of_line(record, Reason("line-not-readable", limit=LONGEST_LINE))]
        if any(cell.strip() for cell in record.cells[len(self.columns) :]):
            return [_of_line(record, Reason("too-many-cells", count=len(self.columns), found=len(record.cells)))]
        cells = self._cells(record.cells)
        if broken := _broken(cells):
            return [fault(record.line, column, cells[column], Reason("not-utf-8")) for column in broken]
        try:
            return Row(record.line, PersonRow.model_validate(_payload(cells)))
        except ValidationError as error:
            columns = dict.fromkeys(_blamed(problem["loc"]) for problem in error.errors(include_url=False))
            return [fault(record.line, column, cells.get(column, "")) for column in columns]


def fault(line: int, column: str, value: str, reason: Reason | None = None) -> Fault:
    """What is wrong with a cell; without ``reason`` it does not hold what the column always expects."""
    return Fault(line=line, column=column, value=shown(value), reason=reason or COLUMNS[column])


def _of_line(record: Record, reason: Reason) -> Fault:
    return Fault(line=record.line, column="", value="", reason=reason)


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
        raise Refused("columns-missing", columns=missing)
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise Refused("columns-come-again", columns=twice)


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
