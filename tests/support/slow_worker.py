"""A worker process whose rounds are scripted by the snapshot's seed, to see what happens when one goes wrong."""

import os
import signal
import sys
import time
from collections.abc import Callable

from services.matching.markets.outcome import (
    Certificate,
    Figures,
    LeftOver,
    Match,
    Outcome,
    Progress,
    Quality,
    Scarcity,
    Stage,
    Worth,
)
from services.matching.rules.candidate import Snapshot
from services.matching.solver import worker_process

PROGRAM = "tests.support.slow_worker"

FOR_EVER, RAISES, DIES, PRINTS = 1, 2, 3, 4
"""Seeds. With any other a round succeeds at once."""

Tell = Callable[[Progress], None]


def solve(snapshot: Snapshot, tell: Tell) -> Outcome:
    """Mentors and mentees in the order of their ids, and whatever the seed says."""
    tell(Progress(stage=Stage.SCORING, done=0, of=10))
    if snapshot.seed == FOR_EVER:
        _go_on(tell)
    if snapshot.seed == RAISES:
        raise ValueError("something somebody wrote")
    if snapshot.seed == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    if snapshot.seed == PRINTS:
        os.write(1, b"a library says hello\n")
        sys.stdout.write("and so does Python\n")
    tell(Progress(stage=Stage.SOLVING, done=1, of=1))
    return outcome_of(snapshot)


def _go_on(tell: Tell) -> None:
    while True:
        for done in range(10):
            tell(Progress(stage=Stage.SCORING, done=done, of=10))
            time.sleep(0.01)


def outcome_of(snapshot: Snapshot) -> Outcome:
    """Whoever has no partner in this order is left over."""
    pairs = list(zip(snapshot.mentors, snapshot.mentees, strict=False))
    paired = {person.id for pair in pairs for person in pair}
    worth, points = Worth(people=len(paired), returning=0, points=len(pairs)), len(pairs)
    figures = Figures(
        people=len(snapshot.candidates),
        paired=len(paired),
        total=points,
        mean=1.0,
        minimum=1,
        maximum=1,
        spread=0.0,
    )
    return Outcome(
        matches=tuple(Match(mentor_id=one.id, mentee_id=other.id, score=1, criteria=()) for one, other in pairs),
        left_over={c.id: LeftOver(because=("all-taken",)) for c in snapshot.candidates if c.id not in paired},
        left_out={},
        certificate=Certificate(
            reached=worth, bound=worth, gap=0, allowed=points, looked_at=points, pools=1, fairest=True
        ),
        quality=Quality(overall=figures, most_possible=len(paired), blocking=0),
        scarcity=Scarcity(),
        digest=f"digest-{len(snapshot.candidates)}",
        seconds=dict.fromkeys(Stage, 0.5),
    )


if __name__ == "__main__":
    worker_process.main(solve)
