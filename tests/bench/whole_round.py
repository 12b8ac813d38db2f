"""A whole round of N mentors and N mentees in a process of its own, so that its memory is its own.

    python -m tests.bench.whole_round N

prints lines: {"stage", "after"} as it goes on, and at the end one object with all figures.
"""

import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from services.matching.markets.outcome import Outcome, Progress
from services.matching.rules.candidate import Snapshot
from services.matching.solver.solver import solve
from tests.bench.population import people, terms


def peak_memory() -> int:
    """Bytes this process has used at most. The kernel's figure for one's usage may be that of the parent."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _said(**figures: Any) -> None:
    print(json.dumps(figures), flush=True)


def _figures(outcome: Outcome) -> dict[str, Any]:
    certificate = outcome.certificate
    return {
        "pairs": len(outcome.matches),
        "people": certificate.reached.people,
        "points": certificate.reached.points,
        "gap": certificate.gap,
        "fairest": certificate.fairest,
        "allowed": certificate.allowed,
        "looked_at": certificate.looked_at,
        "pools": certificate.pools,
        "parts": {stage.value: seconds for stage, seconds in outcome.seconds.items()},
        "digest": outcome.digest,
    }


def main(each: int) -> None:
    """Draw the people, solve, say everything."""
    began = time.perf_counter()
    snapshot = Snapshot(terms=terms(), candidates=people(each))
    drawn = time.perf_counter()
    before = peak_memory()

    def tell(progress: Progress) -> None:
        _said(stage=progress.stage, after=time.perf_counter() - drawn)

    gc.disable()  # as the worker does while it computes
    outcome = solve(snapshot, tell)
    seconds = time.perf_counter() - drawn
    _said(**_figures(outcome), seconds=seconds, drawing=drawn - began, memory=peak_memory(), memory_before=before)


if __name__ == "__main__":
    main(int(sys.argv[1]))
