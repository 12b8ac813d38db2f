"""Matching beside other libraries on the same data, and whole rounds of many people.

Totals, proofs and memory are asserted; times are printed, as ratios to a baseline of the same run.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from services.matching.engine import looking, optimum
from services.matching.engine.market import Scores
from services.matching.rules.asking import doors, scores
from services.matching.rules.candidate import Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from services.matching.solver import solver
from tests.bench import civil_service, mentor_match
from tests.bench.baselines import is_there
from tests.bench.conftest import Show
from tests.bench.population import people, terms

T = TypeVar("T")
Timed = tuple[tuple[int, int], float]
"""Pairs and total, and the seconds they took."""

ROOT = Path(__file__).parents[2]
GIB = 2**30
NO = np.iinfo(np.int16).min
AGAIN, THRICE = 5, 3
"""Times a computation is repeated; the fastest counts, for either side."""


def child(module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """What a module prints, line by line, each a JSON object."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from map(json.loads, process.stdout)
    assert process.returncode == 0, f"{module} ended with {process.returncode}"


def baseline(distribution: str, library: str, path: Path) -> dict[str, Any]:
    """A named baseline's figures; skips where it is not installed."""
    if not is_there(distribution):
        pytest.skip(f"{distribution} (PyPI) is not installed: nothing to compare with")
    (figures,) = child("baselines", library, str(path))
    return figures


def test_rules_of_mentor_match(tmp_path: Path, show: Show) -> None:
    """Its rules, 500 and 500 people of the shape of its sample: never fewer pairs, and the maximum is proven."""
    civil_service.write(tmp_path, 500)
    mentors, mentees = (mentor_match.read(tmp_path / name) for name in (civil_service.MENTORS, civil_service.MENTEES))
    cold = mentor_match.solve(mentors, mentees)
    ours = min((mentor_match.solve(mentors, mentees) for _ in range(AGAIN)), key=lambda answer: answer.seconds)
    assert ours.total == ours.bound
    theirs = SimpleNamespace(**baseline("mentor-match", "mentor-match", tmp_path))
    assert (ours.pairs, ours.total) >= (theirs.pairs, theirs.total)
    show("rules of mentor-match, 500 × 500     pairs    total")
    for who, found in (("ours", ours), ("ours, the first time", cold), ("mentor-match", theirs)):
        show(f"  {who:34} {found.pairs:5} {found.total:8} {1000 * found.seconds:10.1f} ms")
    ratios = [theirs.seconds / answer.seconds for answer in (ours, cold)]
    show(f"  ratio {ratios[0]:.0f}, the first time {ratios[1]:.0f} (aim 300)\n")


def _table(crowd: Crowd) -> Scores:
    """The scores of everybody with everybody."""
    rows = []
    for start in range(0, len(crowd.mentees), 500):
        meet = Meeting(crowd, crowd.mentors, crowd.mentees.pick(slice(start, start + 500)))
        rows.append(np.where(doors(meet), scores(meet), NO).astype(np.int16))
    return np.concatenate(rows)


def _dense(table: Scores) -> tuple[tuple[int, int], float]:
    """Pairs and total by SciPy, and its seconds; the highest score times everybody, and one, puts pairs first."""
    bonus = 1 + len(table) * int(table.max())
    worth = np.where(table == NO, 0, table.astype(np.int64) + bonus)
    began = time.perf_counter()
    rows, columns = linear_sum_assignment(worth, maximize=True)
    seconds = time.perf_counter() - began
    found = table[rows, columns]
    return (int((found != NO).sum()), int(found[found != NO].sum())), seconds


def _sparse(table: Scores) -> tuple[tuple[int, int], float]:
    """The same by the engine alone, the proof included; it begins with small bonuses, as a round does."""
    began = time.perf_counter()
    highest = int(table.max())
    rough, exact = (mentor_match.market(table, bonus) for bonus in (4 * highest, 1 + len(table) * highest))
    first = optimum.solve(rough, looking.first_look(rough).arcs)
    best = optimum.solve(exact, first.arcs, first.prices)
    seconds = time.perf_counter() - began
    assert best.value == best.bound
    found = best.arcs.scores[best.used]
    return (len(found), int(found.sum())), seconds


def _whole(snapshot: Snapshot) -> tuple[tuple[int, int], float]:
    """The same by a whole round, from people to proof."""
    began = time.perf_counter()
    certificate = solver.optimum(snapshot).certificate
    seconds = time.perf_counter() - began
    assert certificate.gap == 0
    return (certificate.reached.people // 2, certificate.reached.points), seconds


def _fastest(work: Callable[[T], Timed], on: T) -> Timed:
    return min(work(on) for _ in range(THRICE))


def test_whole_round_beside_dense_assignment(show: Show) -> None:
    """The product's rules, one place each: SciPy is given the scores, a round computes them and proves its result."""
    solver.optimum(Snapshot(terms=terms(), candidates=people(10, plain=True)))
    show("people      pairs      total   SciPy alone   engine alone  ratio   whole round  ratio")
    before: tuple[float, ...] = ()
    gc.disable()  # as the worker does while it computes; SciPy makes no garbage
    for each in (1_000, 2_000, 4_000):
        snapshot = Snapshot(terms=terms(), candidates=people(each, plain=True))
        table = _table(Crowd(snapshot))
        whole, seconds = _fastest(_whole, snapshot)
        (dense, theirs), (sparse, engine) = _fastest(_dense, table), _fastest(_sparse, table)
        assert whole == dense == sparse
        times = theirs, engine, seconds
        show(
            f"{each:6} ² {whole[0]:8} {whole[1]:10} {theirs:11.2f} s {engine:12.2f} s {theirs / engine:6.1f}"
            f" {seconds:11.2f} s {theirs / seconds:6.1f}"
        )
        if before:
            growth = [now / then for now, then in zip(times, before, strict=True)]
            show(f"  growth {'':22} × {growth[0]:9.1f} × {growth[1]:12.1f} {'':6} × {growth[2]:11.1f}")
        before = times
        gc.collect()
    gc.enable()
    show("")


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("each", [10_000, 50_000])
def test_whole_round_of_many(each: int, show: Show) -> None:
    """The product's rules: gap 0, in less than 4 GiB."""
    show(f"{each} mentors and {each} mentees")
    figures: dict[str, Any] = {}
    for figures in child("whole_round", str(each)):
        if "stage" in figures:
            show(f"  {figures['after']:7.1f} s  {figures['stage']}")
    assert figures["gap"] == 0
    assert figures["memory"] < 4 * GIB
    show(f"  {figures['seconds']:7.1f} s  done (aim for 50000: 180); drawing took {figures['drawing']:.1f} s before")
    show("  " + "   ".join(f"{part} {seconds:.1f} s" for part, seconds in figures["parts"].items()))
    show(f"  pairs {figures['pairs']}, gap 0, the fairest: {figures['fairest']}, pools {figures['pools']}")
    show(f"  allowed {figures['allowed']}, of these looked at {figures['looked_at']}")
    show(f"  memory at most {figures['memory'] / GIB:.2f} GiB, of it people {figures['memory_before'] / GIB:.2f} GiB\n")


def _lists(snapshot: Snapshot, table: Scores) -> list[dict[str, Any]]:
    """Mentees as residents and mentors as hospitals, each with whom they may meet, the best first."""
    mentors, mentees = snapshot.mentors, snapshot.mentees
    residents = {c.id: [mentors[n].id for n in _best_first(row)] for c, row in zip(mentees, table, strict=True)}
    hospitals = {c.id: [mentees[n].id for n in _best_first(column)] for c, column in zip(mentors, table.T, strict=True)}
    places = {c.id: c.room for c in mentors if hospitals[c.id]}
    return [{name: wishes for name, wishes in side.items() if wishes} for side in (residents, hospitals)] + [places]


def _best_first(own: Scores) -> list[int]:
    order = np.argsort(-own.astype(np.int32), kind="stable")
    return [int(place) for place in order if own[place] != NO]


def _people(mentors: Any, mentees: Any) -> int:
    """How many are in a pair, whoever is in two counted once."""
    return len({*mentors}) + len({*mentees})


def test_beside_hospital_resident(tmp_path: Path, show: Show) -> None:
    """``matching`` on the preference lists that the product's rules give 500 mentors and 500 mentees."""
    snapshot = Snapshot(terms=terms(), candidates=people(500))
    table, lists = _table(Crowd(snapshot)), tmp_path / "lists.json"
    lists.write_text(json.dumps(_lists(snapshot, table)))
    found = baseline("matching", "hospital-resident", lists)
    theirs = np.array(found["pairs"], dtype=object).T
    began = time.perf_counter()
    solution = solver.optimum(snapshot)
    reached, ours, seconds = solution.certificate.reached, solution.couples, time.perf_counter() - began
    places = Crowd(snapshot).places
    total = sum(int(table[places[1][mentee], places[0][mentor]]) for mentor, mentee in theirs.T)
    assert reached.people == _people(ours.mentors.tolist(), ours.mentees.tolist()) >= _people(*theirs)
    show("hospital–resident, 500 and 500     pairs   people paired     total")
    rows = [
        ("matching, best for mentees", theirs.shape[1], _people(*theirs), total, found["seconds"]),
        ("whole round, scores, proof", len(ours.scores), reached.people, reached.points, seconds),
    ]
    for who, pairs, paired, score, took in rows:
        show(f"  {who:30} {pairs:7} {paired / 10:13.1f} % {score:9} {took:8.2f} s")
    show(f"  ratio of times {found['seconds'] / seconds:.1f}\n")
