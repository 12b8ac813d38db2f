"""Importing people from HR: chunk by chunk, each one transaction; doing it again changes nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import SEEK_END
from typing import IO

from pydantic import BaseModel

from services.registration.imports.people_csv import Fault, Row, Sheet, fault
from services.registration.people.enrolment import Covers, Entry, WrongCountry, enrol, links_above
from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.participant import Participant, participant_id
from services.registration.people.reorganisation import follow
from services.registration.people.reporting import Links
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.pieces import chunks
from shared.domain.work import Store, Unit

MOST_FAULTS = 1000
"""Faults that a report lists; all are counted."""
COUNTED = ("imported", "changed", "unchanged", "refused")
"""What may become of a row."""


class Report(BaseModel):
    """What became of a file's rows. ``errors`` lists the first faults, ``errors_left_out`` counts the others."""

    dry_run: bool
    rows: int
    imported: int
    changed: int
    unchanged: int
    refused: int
    errors: list[Fault]
    errors_left_out: int
    ignored_columns: tuple[str, ...]


class Progress(BaseModel):
    """How far an import is: rows dealt with, and which part of the file was read for it, from 0 to 1."""

    rows: int
    part: float


Tell = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of rows: outcomes counted, faults, participants, and people whose place in the organisation is new."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    enrolled: set[str] = field(default_factory=set)
    moved: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many there were."""
        return sum(self.outcomes[name] for name in COUNTED)

    def add(self, other: "Taken") -> None:
        """Count another chunk in."""
        self.outcomes.update(other.outcomes)
        self.enrolled.update(other.enrolled)
        self.moved.extend(other.moved)
        self.refuse(other.faults, rows=0)

    def refuse(self, faults: Sequence[Fault], rows: int = 1) -> None:
        """Rows that stay out, and why."""
        room = MOST_FAULTS - len(self.faults)
        self.faults.extend(faults[:room])
        self.outcomes.update({"refused": rows, "left out": len(faults[room:])})


@dataclass(frozen=True, kw_only=True)
class PeopleImport:
    """An import into one programme; ``pseudonym`` makes person ids of employee ids."""

    store: Store
    programme_id: str
    pseudonym: Callable[[str], str]
    covers: Covers
    dry_run: bool

    async def run(self, file: IO[bytes], tell: Tell = lambda _: None) -> Report:
        """Take in every good row and say what is wrong with the others; raises Refused for the whole file.

        Reads the file twice: a reporting line is known only when all managers are.
        """
        sheet = Sheet.of(file)
        (await self.store.unit().get(Programme, self.programme_id)).must_run()
        said = await self._superiors(sheet, file)
        taken, size = Taken(), file.seek(0, SEEK_END)
        for rows in chunks(sheet.rows(file)):
            taken.add(await self._take(rows, said))
            tell(Progress(rows=taken.rows, part=file.tell() / size))
        if not self.dry_run:
            await follow(self.store, taken.moved, said, taken.enrolled)
        return self._report(taken, sheet)

    async def _superiors(self, sheet: Sheet, file: IO[bytes]) -> Links:
        said: dict[str, str | None] = {}
        for pairs in chunks(sheet.superiors(file)):
            for person, manager in pairs:
                said.setdefault(self.pseudonym(person), self.pseudonym(manager))
            await asyncio.sleep(0)  # a long file must not stop the event loop
        return said

    async def _take(self, rows: Sequence[Row | list[Fault]], said: Links) -> Taken:
        async def work(unit: Unit) -> Taken:
            return await self._enrol_all(unit, rows, said)

        return await (work(self.store.unit()) if self.dry_run else self.store.run(work))

    async def _enrol_all(self, unit: Unit, rows: Sequence[Row | list[Fault]], said: Links) -> Taken:
        programme = await unit.get(Programme, self.programme_id)
        people = [self.pseudonym(row.said.employee_id) for row in rows if isinstance(row, Row)]
        await unit.fetch((Participant, participant_id(programme.id, person_id)) for person_id in people)
        await unit.fetch((Erasure, erasure_id(person_id)) for person_id in people)
        links = await links_above(unit, people, said)
        taken = Taken()
        for row in rows:
            if isinstance(row, Row):
                await self._enrol(unit, programme, row, links, taken)
            else:
                taken.refuse(row)
        return taken

    async def _enrol(self, unit: Unit, programme: Programme, row: Row, links: Links, taken: Taken) -> None:
        entry = self._entry(row)
        try:
            enrolled = await enrol(unit, programme, entry, links, self.covers)
        except WrongCountry as refusal:
            taken.refuse([fault(row.line, "country", row.said.profile.country, refusal.reason)])
        except Refused as refusal:
            taken.refuse([fault(row.line, "employee_id", row.said.employee_id, refusal.reason)])
        else:
            taken.outcomes[enrolled.outcome] += 1
            taken.enrolled.add(enrolled.participant.id)
            taken.moved.extend([entry.person_id] if enrolled.moved else [])

    def _entry(self, row: Row) -> Entry:
        manager = row.said.manager_employee_id
        return Entry(
            person_id=self.pseudonym(row.said.employee_id),
            application=row.said,
            manager_id=self.pseudonym(manager) if manager else None,
            trained=row.said.trained,
        )

    def _report(self, taken: Taken, sheet: Sheet) -> Report:
        counts = {name: taken.outcomes[name] for name in COUNTED}
        return Report(
            dry_run=self.dry_run,
            rows=taken.rows,
            **counts,
            errors=taken.faults,
            errors_left_out=taken.outcomes["left out"],
            ignored_columns=sheet.ignored,
        )
