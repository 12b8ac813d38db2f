"""What a file says of who reports to whom: every readable row counts, whatever else is wrong with it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.registration.imports.cells import NOTHING
from services.registration.imports.csv_records import Record, beside
from services.registration.imports.people_csv import Row, Sheet
from services.registration.imports.spoilt import NUMBERS, spoilt_in
from services.registration.people.application import EmployeeId
from services.registration.people.reporting import Heard
from shared.domain.people import People, PersonIds
from shared.language.values.places import country

_EMPLOYEE_ID = TypeAdapter[str](EmployeeId)


class Told(NamedTuple):
    """What a row says of somebody's direct manager, None for nobody."""

    record: Record
    employee_id: str
    manager_employee_id: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """Reads a file for what it says of managers; ``people`` knows whose an employee number is."""

    sheet: Sheet
    file: IO[bytes]
    people: People
    several: dict[str, PersonIds] = field(default_factory=dict)
    """Whoever was heard of and has more than one id, by the one they are known by."""

    async def heard(self) -> dict[str, Heard]:
        """By person. Where an employee's rows contradict each other, a good one counts, else the last."""
        heard: dict[str, Heard] = {}
        contested: set[str] = set()
        async for rows in beside(told(self.sheet, self.file)):
            for person_id, said, _ in await self._identified(rows):
                if heard.setdefault(person_id, said).manager_id != said.manager_id:
                    contested.add(person_id)
        return heard | await self._settled(contested)

    async def _settled(self, contested: set[str]) -> dict[str, Heard]:
        last: dict[str, Heard] = {}
        good: dict[str, Heard] = {}
        async for rows in beside(told(self.sheet, self.file) if contested else iter(())):
            theirs = [each for each in await self._identified(rows) if each[0] in contested]
            read = await asyncio.to_thread(list, map(self.sheet.read, (record for _, _, record in theirs)))
            for (person_id, said, _), row in zip(theirs, read, strict=True):
                last[person_id] = said
                if isinstance(row, Row):
                    good.setdefault(person_id, said)
        return last | good

    async def _identified(self, rows: list[Told]) -> list[tuple[str, Heard, Record]]:
        numbers = {number for row in rows for number in (row.employee_id, row.manager_employee_id) if number}
        known = await self.people.many(numbers)
        self.several.update({each.id: each for each in known.values() if each.ids != (each.id,)})
        found = []
        for record, employee_id, manager_employee_id, place in rows:
            person_id = known[employee_id].id
            manager = known[manager_employee_id].id if manager_employee_id else None
            nobody = manager == person_id  # whoever reports to oneself
            found.append((person_id, Heard(None if nobody else manager, place), record))
        return found


def told(sheet: Sheet, file: IO[bytes]) -> Iterator[Told]:
    """Every readable row that says whom somebody reports to."""
    for record in sheet.records(file):
        cells = sheet.cells(record)
        person, manager = (_number(cells.get(name)) for name in NUMBERS)
        nobody = cells.get("manager_employee_id") in NOTHING
        if person and (manager or nobody) and spoilt_in(cells).keys().isdisjoint(NUMBERS):
            yield Told(record, person, None if nobody else manager, country(cells.get("country", "")) or "")


def _number(cell: str | None) -> str | None:
    """An employee number; None for what is none."""
    try:
        return _EMPLOYEE_ID.validate_python(cell)
    except ValidationError:
        return None
