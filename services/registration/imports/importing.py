"""Importing people from HR: chunk by chunk, each one transaction; doing it again changes nothing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import SEEK_END
from typing import IO

from pydantic import BaseModel

from services.registration.imports.csv_records import beside
from services.registration.imports.hearing import Hearing
from services.registration.imports.lines import Lines
from services.registration.imports.people_csv import Fault, Row, Sheet, fault
from services.registration.people.enrolment import Enrolled, Entry, Note, OtherTopics, WrongCountry, enrol
from services.registration.people.participant import Participant, participant_id
from services.registration.people.reorganisation import follow
from services.registration.people.said import WouldWorkBackwards
from services.registration.people.whereabouts import Covers
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.people import People, PersonIds
from shared.domain.pieces import chunks, in_halves
from shared.domain.work import Store, Unit

MOST_FAULTS = 1000
"""Faults that a report lists; all are counted."""
TOGETHER = 50
"""Rows between two turns of the event loop: some ten milliseconds."""
COUNTED = ("imported", "changed", "unchanged", "refused")
"""What may become of a row."""
COLUMN_OF = {"managers": "manager_employee_id"}
"""Field → the column it is told in, where they have different names."""


class Report(BaseModel):
    """What became of a file's rows.

    ``errors`` lists the first faults, ``notes`` what was not taken of rows that went in; ``…_left_out`` count the
    others.
    """

    dry_run: bool
    rows: int
    imported: int
    changed: int
    unchanged: int
    refused: int
    errors: list[Fault]
    errors_left_out: int
    notes: list[Fault] = []
    notes_left_out: int = 0
    ignored_columns: tuple[str, ...]


class Progress(BaseModel):
    """How far an import is: rows dealt with, and which part of the file was read for it, from 0 to 1."""

    rows: int
    part: float


Tell = Callable[[Progress], None]
Known = Mapping[str, PersonIds]
"""Employee number → whose it is."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of rows: outcomes counted, faults, participants, and people whose place in the organisation is new."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    participants: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)
    used: set[tuple[str, str | None]] = field(default_factory=set)
    """The links their lines were worked out from."""

    @property
    def rows(self) -> int:
        """How many there were."""
        return sum(self.outcomes[name] for name in COUNTED)

    def add(self, other: "Taken") -> None:
        """Count another chunk in."""
        self.outcomes.update(other.outcomes)
        for mine, more in (
            (self.participants, other.participants),
            (self.people, other.people),
            (self.moved, other.moved),
            (self.corrected, other.corrected),
        ):
            mine.update(more)
        self.used.update(other.used)
        self.refuse(other.faults, rows=0)
        self._note(other.notes)

    def take(self, row: Row, enrolled: Enrolled) -> None:
        """A row that went in."""
        person_id = enrolled.person.id
        self.outcomes[enrolled.outcome] += 1
        self.participants.add(enrolled.participant.id)
        self.people.add(person_id)
        self.moved.update([person_id] if enrolled.moved else [])
        self.corrected.update([person_id] if enrolled.corrected else [])
        self._note([_of_row(row, note) for note in enrolled.notes])

    def refuse(self, faults: Sequence[Fault], rows: int = 1) -> None:
        """Rows that stay out, and why."""
        self.outcomes["refused"] += rows
        self.outcomes["faults left out"] += _listed(self.faults, faults)

    def _note(self, notes: Sequence[Fault]) -> None:
        self.outcomes["notes left out"] += _listed(self.notes, notes)


def _listed(those: list[Fault], more: Sequence[Fault]) -> int:
    """Add what still finds room; how many do not."""
    room = MOST_FAULTS - len(those)
    those.extend(more[:room])
    return len(more[room:])


def _of_row(row: Row, note: Note) -> Fault:
    said = {**dict(row.said), "managers": row.said.manager_employee_id}
    return fault(row.line, COLUMN_OF.get(note.field, note.field), said[note.field] or "", note.reason)


@dataclass(frozen=True, kw_only=True)
class PeopleImport:
    """An import into one programme; ``people`` knows whose an employee number is."""

    store: Store
    programme_id: str
    people: People
    covers: Covers
    dry_run: bool

    async def run(
        self, file: IO[bytes], tell: Tell = lambda _: None, begun: Callable[[], None] = lambda: None
    ) -> Report:
        """Take in every good row and say what is wrong with the others; raises Refused for the whole file.

        Reads the file twice: a reporting line is known only when all managers are. ``begun`` is called before that,
        when nothing but its length can refuse the whole file any more.
        """
        sheet = await asyncio.to_thread(Sheet.of, file)
        (await self.store.unit().get(Programme, self.programme_id)).must_run()
        begun()
        hearing = Hearing(sheet, file, self.people)
        lines = await Lines.of(self.store, self.covers, await hearing.heard(), hearing.several)
        taken, size = Taken(), file.seek(0, SEEK_END)
        async for rows in beside(sheet.rows(file)):
            for some in await in_halves(rows, partial(self._take, lines=lines)):
                taken.add(some)
            tell(Progress(rows=taken.rows, part=file.tell() / size))
        if not self.dry_run:
            taken.moved.update(await lines.keep(lines.heard.keys() - taken.people))
            await follow(
                self.store, taken.moved, corrected=taken.corrected, settled=taken.participants, used=taken.used
            )
        return self._report(taken, sheet)

    async def _take(self, rows: Sequence[Row | list[Fault]], lines: Lines) -> Taken:
        known = await self.people.many(row.said.employee_id for row in rows if isinstance(row, Row))

        async def work(unit: Unit) -> Taken:
            return await self._enrol_all(unit, rows, known, lines)

        return await (work(self.store.unit()) if self.dry_run else self.store.run(work))

    async def _enrol_all(self, unit: Unit, rows: Sequence[Row | list[Fault]], known: Known, lines: Lines) -> Taken:
        programme = await unit.get(Programme, self.programme_id)
        people = [known[row.said.employee_id] for row in rows if isinstance(row, Row)]
        await unit.fetch((Participant, participant_id(programme.id, each.id)) for each in people)  # before the people
        around = await lines.around(unit, people, programme.id)
        taken = Taken(used=set(around.links.items()))
        for some in chunks(rows, TOGETHER):
            for row in some:
                if isinstance(row, Row):
                    entry = _entry(row, known[row.said.employee_id], lines)
                    await self._enrol(partial(enrol, unit, programme, entry, around, self.covers), row, taken)
                else:
                    taken.refuse(row)
            await asyncio.sleep(0)
        return taken

    async def _enrol(self, enrolling: Callable[[], Awaitable[Enrolled]], row: Row, taken: Taken) -> None:
        try:
            taken.take(row, await enrolling())
        except WrongCountry as refusal:
            taken.refuse([fault(row.line, "country", row.said.profile.country, refusal.reason)])
        except WouldWorkBackwards as refusal:
            taken.refuse([fault(row.line, "working_end", row.said.profile.working_hours.end, refusal.reason)])
        except OtherTopics as refusal:
            topics = "|".join(each.topic for each in getattr(row.said.profile, refusal.said_in))
            taken.refuse([fault(row.line, refusal.said_in, topics, refusal.reason)])
        except Refused as refusal:
            taken.refuse([fault(row.line, "employee_id", row.said.employee_id, refusal.reason)])

    def _report(self, taken: Taken, sheet: Sheet) -> Report:
        counts = {name: taken.outcomes[name] for name in COUNTED}
        return Report(
            dry_run=self.dry_run,
            rows=taken.rows,
            **counts,
            errors=taken.faults,
            errors_left_out=taken.outcomes["faults left out"],
            notes=taken.notes,
            notes_left_out=taken.outcomes["notes left out"],
            ignored_columns=sheet.ignored,
        )


def _entry(row: Row, who: PersonIds, lines: Lines) -> Entry:
    return Entry(
        person_id=who.id,
        application=row.said,
        by_hr=True,
        heard=lines.heard.get(who.id),
        trained=row.said.trained,
        known_as=who.known_as,
    )
