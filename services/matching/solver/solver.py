"""A whole round as one pure computation: snapshot in, pairs, proof and reasons out. It runs in a process of its own."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from services.matching.engine.flow import Arcs
from services.matching.engine.market import Memory
from services.matching.explaining.alternatives import alternatives
from services.matching.explaining.leftover import left_over
from services.matching.explaining.quality import quality
from services.matching.explaining.scarcity import scarcity
from services.matching.markets import pool, scoring
from services.matching.markets.areas import pools
from services.matching.markets.outcome import Match, Outcome, Progress, Stage
from services.matching.markets.reading import Reading, read
from services.matching.markets.solution import Solution
from services.matching.rules.asking import brings, scores, shares
from services.matching.rules.candidate import Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting

Tell = Callable[[Progress], None]


class Watch:
    """Tells how far a round is, and knows how long every stage took."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._since, self._stage = tell, time.perf_counter(), Stage.READING
        self.seconds = dict.fromkeys(Stage, 0.0)
        self.done, self.of = 0, 1
        """Pools solved, of all."""

    def at(self, stage: Stage) -> None:
        """This stage begins."""
        now = time.perf_counter()
        self.seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now
        self._tell(Progress(stage=stage, done=self.done, of=self.of))


def solve(snapshot: Snapshot, tell: Tell = lambda _: None) -> Outcome:
    """The best pairs of these people with their proof, and the reason for each pair and each person left over.

    Raises Unsolvable when weights are too large for exact sums.
    """
    watch = Watch(tell)
    watch.at(Stage.READING)
    reading = read(snapshot)
    solution = _solved(reading, watch)
    watch.at(Stage.EXPLAINING)
    matches = _matches(solution)
    outcome = Outcome(
        matches=matches,
        left_over=left_over(solution),
        left_out=reading.left_out,
        certificate=solution.certificate,
        quality=quality(solution),
        scarcity=scarcity(solution),
        digest=_digest(snapshot.without(reading.left_out), reading.left_out, matches),
    )
    watch.at(Stage.EXPLAINING)
    return replace(outcome, seconds=watch.seconds)


def optimum(snapshot: Snapshot, watch: Watch | None = None) -> Solution:
    """The solved round without its explanation."""
    return _solved(read(snapshot), watch or Watch(lambda _: None))


def _solved(reading: Reading, watch: Watch) -> Solution:
    crowd = reading.crowd
    terms, seed = crowd.terms, crowd.snapshot.seed
    found = pools(crowd)
    memory = Memory(scoring.KEEP)
    watch.of, solved = max(1, len(found)), []
    for watch.done, areas in enumerate(found):
        solved.append(pool.solve(pool.Pool.of(crowd, areas, memory), terms.pairing.goal, seed, watch.at))
    return Solution(crowd, solved, _locked(crowd), reading.locked_people)


def _locked(crowd: Crowd) -> Arcs:
    mentors, mentees = crowd.places
    places = [(mentors[mentor], mentees[mentee]) for mentor, mentee in crowd.snapshot.locked]
    columns, rows = np.array(places, dtype=np.intp).reshape(-1, 2).T
    return Arcs(columns, rows, scores(Meeting.of_couples(crowd, columns, rows)).astype(np.int64))


def _matches(solution: Solution) -> tuple[Match, ...]:
    """The couples with what speaks for them."""
    couples, snapshot = solution.couples, solution.crowd.snapshot
    meet = Meeting.of_couples(solution.crowd, couples.mentors, couples.mentees)
    ours, theirs = alternatives(solution)
    locked = set(snapshot.locked)
    found = []
    for column, row, score, criteria in zip(*(side.tolist() for side in couples), shares(meet), strict=True):
        mentor, mentee = snapshot.mentors[column], snapshot.mentees[row]
        match = Match(
            mentor_id=mentor.id,
            mentee_id=mentee.id,
            score=score,
            criteria=criteria,
            locked=(mentor.id, mentee.id) in locked,
            teaches=brings(mentor, mentee),
            hands_down=brings(mentee, mentor),
            mentors_alternative=ours.get(column),
            mentees_alternative=theirs.get(row),
        )
        found.append(match)
    return tuple(sorted(found, key=lambda match: (match.mentor_id, match.mentee_id)))


def _digest(snapshot: Snapshot, left_out: Iterable[str], matches: tuple[Match, ...]) -> str:
    result = json.dumps([[match.mentor_id, match.mentee_id, match.score] for match in matches])
    return hashlib.sha256(f"{snapshot.text()}\n{json.dumps(sorted(left_out))}\n{result}".encode()).hexdigest()
