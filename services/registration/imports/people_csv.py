"""People from a CSV file: what its columns mean, and what is wrong with a row, cell by cell."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from services.registration.imports.cells import REQUIRED, payload
from services.registration.imports.csv_encoding import encoding_of
from services.registration.imports.csv_records import LONGEST_LINE, Record, lines_of, records_of
from services.registration.imports.spoilt import spoilt_in
from services.registration.people.application import Application, EmployeeId
from shared.domain.errors import Refused
from shared.language.reasons import Reason
from shared.language.values import lines
from shared.language.values.figures import IN_TEXT
from shared.language.values.same import same, same_number

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

SEPARATORS = (",", ";", "\t")
CHOSEN = re.compile(r"\s*sep=([,;\t|])\s*", re.IGNORECASE)
"""What spreadsheets write above the header to name the separator."""
SHOWN = 40
"""Characters of a refused value that are shown."""
NAMED = 50
"""Headers that are named where some are missing, or ignored."""


class Fault(BaseModel):
    """What is wrong with one cell, or with a whole line when ``column`` is empty."""

    line: int
    column: str
    value: str = field(repr=False)
    reason: Reason


class PersonRow(Application):
    """What one row says; an empty cell says nothing, and a dash takes back what may be left out."""

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
    """How a file is laid out, and for each column our name, or None when we do not know it."""

    encoding: str
    separator: str
    named: bool
    """Whether a line above the header names the separator."""
    columns: tuple[str | None, ...]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, file: IO[bytes]) -> "Sheet":
        """Read the header; raises Refused when it is no Unicode, a required column is missing or one comes twice."""
        encoding = encoding_of(file)
        first = next((line for line in lines_of(file, encoding) if line.strip()), "")
        chosen = CHOSEN.fullmatch(first)
        separator = chosen[1] if chosen else _separator(first)
        header = next(_records(file, encoding, separator, bool(chosen)), Record(1, ())).cells or ()
        columns = tuple(_column(name) for name in header)
        _must_be_complete(columns, header)
        unknown = (shown(name) for name, column in zip(header, columns, strict=True) if column is None)
        return cls(encoding, separator, bool(chosen), columns, tuple(islice(filter(None, unknown), NAMED)))

    def rows(self, file: IO[bytes]) -> Iterator[Row | list[Fault]]:
        """Every row that is not blank: taken, or its faults. Of an employee's rows the first good one counts."""
        seen: set[str] = set()
        for record in self.records(file):
            row = self.read(record)
            if isinstance(row, Row):
                number = row.said.employee_id
                if same_number(number) in seen:
                    row = [fault(record.line, "employee_id", number, Reason("employee-comes-again"))]
                seen.add(same_number(number))
            yield row

    def records(self, file: IO[bytes]) -> Iterator[Record]:
        """Every record below the header that is not blank."""
        records = _records(file, self.encoding, self.separator, self.named)
        next(records, None)
        return records

    def cells(self, record: Record) -> dict[str, str]:
        """What stands in which column; nothing where nobody knows which cell belongs where."""
        known = () if self._runs_over(record) else zip(self.columns, record.cells or (), strict=False)
        return {column: text for column, cell in known if column and (text := cell.strip())}

    def _runs_over(self, record: Record) -> bool:
        return any(cell.strip() for cell in (record.cells or ())[len(self.columns) :])

    def read(self, record: Record) -> Row | list[Fault]:
        """The row, or its faults."""
        if record.cells is None:
            return [_of_line(record, Reason("line-not-readable", limit=LONGEST_LINE))]
        if self._runs_over(record):
            return [_of_line(record, Reason("too-many-cells", count=len(self.columns), found=len(record.cells)))]
        cells = self.cells(record)
        if unusable := spoilt_in(cells):
            return [fault(record.line, column, cells[column], reason) for column, reason in unusable.items()]
        try:
            return Row(record.line, PersonRow.model_validate(payload(cells, PersonRow.model_fields), context=IN_TEXT))
        except ValidationError as error:
            found = {_blamed(each["loc"]): _more_than_expected(each) for each in error.errors(include_url=False)}
            return [fault(record.line, column, cells.get(column, ""), reason) for column, reason in found.items()]


def _more_than_expected(problem: ErrorDetails) -> Reason | None:
    """What to say instead of what a column always expects."""
    twice = problem["type"] == "topic-comes-again"
    return Reason("topic-comes-again", topic=problem["ctx"]["topic"]) if twice else None


def fault(line: int, column: str, value: str, reason: Reason | None = None) -> Fault:
    """What is wrong with a cell; without ``reason`` it does not hold what the column always expects."""
    return Fault(line=line, column=column, value=shown(value), reason=reason or COLUMNS[column])


def _of_line(record: Record, reason: Reason) -> Fault:
    return Fault(line=record.line, column="", value="", reason=reason)


def shown(value: str) -> str:
    """A value as it can be quoted in a report: short, and nothing in it that a terminal or a page would obey."""
    return lines.shown(value.strip(), SHOWN)


def _squeezed(name: str) -> str:
    return "".join(character for character in same(name) if character.isalnum())


_KNOWN = {_squeezed(column): column for column in COLUMNS}


def _column(name: str) -> str | None:
    return _KNOWN.get(_squeezed(name))


def _separator(header: str) -> str:
    """The one under which most columns have names that we know, or there are most columns."""
    return max(SEPARATORS, key=lambda mark: (sum(map(bool, map(_column, header.split(mark)))), header.count(mark)))


def _records(file: IO[bytes], encoding: str, separator: str, named: bool) -> Iterator[Record]:
    """Every record from the header on."""
    records = records_of(lines_of(file, encoding), separator)
    return islice(records, 1, None) if named else records


def _must_be_complete(columns: tuple[str | None, ...], header: Iterable[str]) -> None:
    if missing := [column for column in REQUIRED if column not in columns]:
        found = [name for cell in header if (name := shown(cell))][:NAMED]
        if not found:
            raise Refused("no-header", columns=missing)
        raise Refused("columns-missing", columns=missing, found=found)
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise Refused("columns-come-again", columns=twice)


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
