"""Others' libraries as named baselines, in a process of their own.

    python -m tests.bench.baselines mentor-match FOLDER
    python -m tests.bench.baselines hospital-resident LISTS.json

prints one JSON object. ``mentor-match`` and ``matching`` (both PyPI) install a package of the same name; besides
``__init__`` they share no file, so each is put together here whoever was installed last.
"""

import json
import operator
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.bench.mentor_match import GAPS, GRADES, PROFESSION


def is_there(name: str) -> bool:
    """Whether this distribution is installed."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _package(name: str, *modules: str) -> None:
    """Import ``matching`` of that distribution; its ``__init__`` would offer what is in these modules."""
    package = ModuleType("matching")
    package.__path__ = [str(distribution(name).locate_file("matching"))]
    sys.modules["matching"] = package
    for module in modules:
        offered = vars(import_module(f"matching.{module}"))
        vars(package).update({name: thing for name, thing in offered.items() if not name.startswith("_")})


def mentor_match(folder: Path) -> dict[str, Any]:
    """One round of ``mentor-match`` with the rules of tests.bench.mentor_match, timed from the rows to the pairs."""
    _package("mentor-match")
    process, mentor, mentee = (import_module(f"matching.{module}") for module in ("process", "mentor", "mentee"))
    mentors, mentees = (
        process.create_participant_list_from_path(kind, folder, _mapped) for kind in (mentor.Mentor, mentee.Mentee)
    )
    rules = _rules(import_module("matching.rules.rule"))
    began = time.perf_counter()
    process.process_data(mentors, mentees, [rules])
    seconds = time.perf_counter() - began
    pairs = [(mentor, mentee) for mentor in mentors for mentee in mentor.mentees]
    return {"pairs": len(pairs), "total": sum(_points(*pair) for pair in pairs), "seconds": seconds}


def _mapped(row: dict[str, str], _: str) -> dict[str, Any]:
    return {**row, "grade": GRADES.index(row["grade"]), "email": row["email address"]}


def _rules(rule: Any) -> list[Any]:
    def is_same(name: str) -> Any:
        return lambda match: getattr(match.mentor, name) == getattr(match.mentee, name)

    return [
        rule.Disqualify(is_same("organisation")),
        rule.Disqualify(rule.Grade(max(GAPS), operator.gt).evaluate),
        rule.Disqualify(rule.Grade(min(GAPS), operator.lt).evaluate),
        *(rule.Grade(gap, operator.eq, {True: points, False: 0}) for gap, points in GAPS.items()),
        rule.Generic({True: PROFESSION, False: 0}, is_same("profession")),
    ]


def _points(mentor: Any, mentee: Any) -> int:
    gap: int = mentor.grade - mentee.grade
    return GAPS[gap] + PROFESSION * int(mentor.profession == mentee.profession)


def hospital_resident(lists: Path) -> dict[str, Any]:
    """The stable matching of ``matching``, best for residents; ``lists``: [residents', hospitals', capacities]."""
    _package("matching", "base", "matchings", "players")
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10**6)  # it copies players by recursion, and they all know each other
    games = import_module("matching.games")
    residents, hospitals, capacities = json.loads(lists.read_text())
    began = time.perf_counter()
    game = games.HospitalResident.create_from_dictionaries(residents, hospitals, capacities)
    found = game.solve(optimal="resident")
    seconds = time.perf_counter() - began
    pairs = [(hospital.name, resident.name) for hospital, taken in found.items() for resident in taken]
    return {"pairs": pairs, "seconds": seconds}


if __name__ == "__main__":
    library, path = sys.argv[1:]
    baseline = {"mentor-match": mentor_match, "hospital-resident": hospital_resident}[library]
    print(json.dumps(baseline(Path(path))))
