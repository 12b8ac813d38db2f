"""What would no test notice? Draws small deliberate faults by a seed and lists those that all tests survive.

    make mutants SEED=1 NUMBER=100

It is a measure for people and no part of CI: whether a survivor matters needs a judgement.

Tools were looked at first (November 2026). *mutmut* 3 replaces functions by trampolines, which hides their signatures
from FastAPI and pydantic and leaves out whatever is decorated, here every route and handler; *cosmic-ray* 8 changes
the checkout, runs one command for all, and draws no sample; *mutatest* 3 draws one, by one command too, and is not
kept up. With servers to start, what takes the time is running tests that cannot notice: so one run writes down which
test calls which function (``called``), and a fault meets only those, the quickest first.
"""

import argparse
import difflib
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.faults import ROOT, Fault, all_faults
from tests.mutants.trying import Tests, copied, survives

SIDE_BY_SIDE = 2


def told() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="make mutants", description="What would no test notice?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=100)
    return parser.parse_args()


def shown(fault: Fault) -> str:
    """File and line, and the difference."""
    right = (ROOT / fault.path).read_text()
    wrong = (right.encode()[: fault.start] + fault.instead.encode() + right.encode()[fault.end :]).decode()
    lines = difflib.unified_diff(right.splitlines(), wrong.splitlines(), lineterm="", n=0)
    return "\n".join([f"{fault.path}:{fault.line}", *(f"    {line}" for line in list(lines)[3:])])


def main() -> None:
    """Draw, try, tell."""
    asked = told()
    drawn = random.Random(asked.seed).sample(all_faults(), asked.number)
    with tempfile.TemporaryDirectory() as directory:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(SIDE_BY_SIDE):
            trees.put(copied(Path(directory, f"tree-{number}")))
        tree = trees.get()
        tests = Tests.looked_at(tree, ROOT / "build/mutants", SIDE_BY_SIDE)
        trees.put(tree)

        def tried(fault: Fault) -> tuple[Fault, int, bool]:
            tree, chosen = trees.get(), tests.of(fault)
            try:
                return fault, len(chosen), survives(tree, fault, chosen)
            finally:
                trees.put(tree)

        survivors = 0
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for count, (fault, met, survived) in enumerate(pool.map(tried, drawn), start=1):
                survivors += survived
                sys.stderr.write(f"{count} of {len(drawn)}, {survivors} survived\n")
                if survived:
                    sys.stdout.write(f"{shown(fault)}\n    met {met} tests\n\n")
                    sys.stdout.flush()
    sys.stdout.write(f"{survivors} of {len(drawn)} survived (seed {asked.seed})\n")


if __name__ == "__main__":
    main()
