"""The product's engine under the rules and on the files of ``mentor-match`` (PyPI).

    python -m tests.bench.mentor_match MENTORS.csv MENTEES.csv

prints ``pairs N total T bound B seconds S``: as many pairs as can be made, with the highest total score among those;
no N pairs score more than B, which is proven over all allowed pairs. S counts from the rows to the proof.
"""

import csv
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from services.matching.engine import looking, optimum
from services.matching.engine.flow import Arcs
from services.matching.engine.market import Block, Market, Places, Scores

GRADES = ("AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4")
"""The most junior first."""

GAPS = {1: 9, 2: 12}
"""Mentor's grade minus mentee's, where a pair is allowed → points."""

PROFESSION = 10
"""Points when the mentee looks for the mentor's profession."""

KIND = np.dtype(np.int16)
_number = {grade.casefold(): number for number, grade in enumerate(GRADES)}


class Unreadable(Exception):
    """A file is not what it should be; says where."""


class Person(NamedTuple):
    """What the rules look at."""

    organisation: str
    grade: int
    profession: str
    wanted: str
    """The profession a mentee looks for."""


class Answer(NamedTuple):
    """``couples`` go by places in the files."""

    couples: Arcs
    bound: int
    """No set of as many pairs has a higher total."""
    seconds: float

    @property
    def pairs(self) -> int:
        return len(self.couples.scores)

    @property
    def total(self) -> int:
        return int(self.couples.scores.sum())

    @override
    def __str__(self) -> str:
        return f"pairs {self.pairs} total {self.total} bound {self.bound} seconds {self.seconds:.4f}"


def read(path: Path) -> list[Person]:
    """Everybody in a file. Raises Unreadable, with file and line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(_people(path, lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path}: {error}") from error


def _people(path: Path, lines: Iterable[str]) -> Iterator[Person]:
    rows = csv.reader(lines)
    names = [" ".join(name.replace("_", " ").split()).casefold() for name in next(rows, [])]
    if missing := [name for name in ("grade", "organisation", "profession") if name not in names]:
        raise Unreadable(f"{path}, line 1: there is no column {' and no column '.join(missing)}")
    for row in rows:
        fields = {name: field.strip() for name, field in zip(names, row, strict=False)}
        if any(fields.values()):
            yield _person(f"{path}, line {rows.line_num}", fields)


def _person(where: str, fields: dict[str, str]) -> Person:
    grade = fields.get("grade", "")
    if grade.casefold() not in _number:
        raise Unreadable(f"{where}: «{grade}» is not a grade; grades are {', '.join(GRADES)}")
    profession = fields.get("profession", "")
    wanted = fields.get("target profession") or profession
    return Person(fields.get("organisation", ""), _number[grade.casefold()], profession, wanted)


def scores(mentors: Sequence[Person], mentees: Sequence[Person]) -> Scores:
    """Mentees × mentors. Each rule is asked once for any two who differ in what the rules look at."""
    ours, of = _kinds((person.organisation, person.grade, person.profession) for person in mentors)
    theirs, their = _kinds((person.organisation, person.grade, person.wanted) for person in mentees)
    columns, rows = (np.array(side, dtype=np.int32).reshape(-1, 3) for side in _numbered(ours, theirs))
    gap = columns[:, 1] - rows[:, 1, None]
    table = np.select([gap == allowed for allowed in GAPS], [*GAPS.values()]).astype(KIND)
    table[(table == 0) | (columns[:, 0] == rows[:, 0, None])] = np.iinfo(KIND).min
    table[(table > 0) & (columns[:, 2] == rows[:, 2, None])] += PROFESSION
    found: Scores = np.ascontiguousarray(table[:, of])[their]
    return found


Kind = tuple[str, int, str]


def _kinds(people: Iterable[Kind]) -> tuple[list[Kind], NDArray[np.intp]]:
    """Everything there is, once, and who is what."""
    known: dict[Kind, int] = {}
    of = np.array([known.setdefault(person, len(known)) for person in people], dtype=np.intp)
    return list(known), of


def _numbered(*sides: list[Kind]) -> list[list[tuple[int, int, int]]]:
    names: dict[str, int] = {}
    return [
        [(names.setdefault(a, len(names)), grade, names.setdefault(b, len(names))) for a, grade, b in side]
        for side in sides
    ]


def solve(mentors: Sequence[Person], mentees: Sequence[Person]) -> Answer:
    """As many pairs as can be made, among those the highest total, and the proof."""
    began = time.perf_counter()
    found = scores(mentors, mentees)
    person = max(GAPS.values(), default=0) + PROFESSION
    bonus = 1 + person * min(found.shape)
    everybody = market(found, bonus)
    best = optimum.solve(everybody, looking.first_look(everybody).arcs)
    couples = best.arcs.pick(best.used)
    bound = best.bound - 2 * bonus * len(couples.scores)
    return Answer(couples, bound, time.perf_counter() - began)


def market(found: Scores, bonus: int) -> Market:
    """Everybody with one place, and these scores; a first partner is worth the bonus."""
    theirs, ours = (np.arange(size) for size in found.shape)
    block = Block(theirs, ours, lambda: found)
    mentors, mentees = (
        Places(np.ones(len(side), dtype=np.int64), np.full(len(side), bonus, dtype=np.int64)) for side in (ours, theirs)
    )
    return Market(mentors, mentees, [block])


def main(files: Sequence[str]) -> int:
    """0 when solved, 1 when a file cannot be read, 2 when not two files are named."""
    if len(files) != 2:
        print("usage: python -m tests.bench.mentor_match MENTORS.csv MENTEES.csv", file=sys.stderr)
        return 2
    try:
        mentors, mentees = (read(Path(file)) for file in files)
    except Unreadable as problem:
        print(problem, file=sys.stderr)
        return 1
    print(solve(mentors, mentees))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
