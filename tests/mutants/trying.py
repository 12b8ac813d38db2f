"""One fault at a time in a copy of the tree, and the tests that call what it is in."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.called import noted_in
from tests.mutants.faults import ROOT, Fault

AREAS = ("tests/unit", "tests/contract", "tests/integration")
SECONDS = 120.0
"""After which a fault that makes a test hang counts as noticed."""
AT_MOST, ALTOGETHER = 60, 30.0
"""Tests for one fault, and how many seconds they may have taken without it."""
MADE = "tests/contract/test_writing.py::test_nothing_is_stale"
"""What documents, schemas and the chart say of a module's constants is made from them."""
ELSEWHERE = {
    "shared/operations/commands.py": "tests/integration/test_commands.py",
    "services/matching/solver/worker_process.py": "tests/integration/test_worker.py",
}
"""What runs in a process of its own, and the tests that start it: nobody sees from outside what they call."""
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".tools", ".telemachus", "build", "__pycache__", ".*_cache")
EMBEDDED = {"KAFKA_BOOTSTRAP_SERVERS": "", "MONGODB_URL": "", "REQUIRE_REAL": "", "JAVA_HOME": "/none"}


def copied(to: Path) -> Path:
    """A tree of its own, with the packages of this one."""
    shutil.copytree(ROOT, to, ignore=NOT_COPIED, symlinks=True)
    for shared in (".venv", ".tools"):
        (to / shared).symlink_to((ROOT / shared).resolve())
    return to


def digest(tree: Path) -> str:
    """Another whenever a line of code or of what tests share has changed."""
    sources = sorted(path for floor in ("shared", "services", "tests") for path in (tree / floor).rglob("*.py"))
    common = [path for path in sources if not path.name.startswith("test_") and path.parent.name != "mutants"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in common)).hexdigest()[:16]


def run(tree: Path, *told: str, seconds: float | None, **environment: str) -> int:
    """Run pytest there; its exit code, -1 when it took too long. Nothing it started stays behind."""
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *told]
    with (tree.parent / f"{tree.name}.txt").open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=tree,
            env=os.environ | EMBEDDED | environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return -1


@dataclass
class Tests:
    """Which tests call which function, by what one run of all of them has shown."""

    seconds: dict[str, float] = field(default_factory=dict)
    calling: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    """File of tests → what stands in it."""

    @classmethod
    def looked_at(cls, tree: Path, kept: Path, processes: int) -> "Tests":
        """Run every file of tests once, but for those of which an earlier run has ``kept`` the same with this code."""
        kept /= digest(tree)
        kept.mkdir(parents=True, exist_ok=True)
        files = [path.relative_to(tree) for area in AREAS for path in sorted((tree / area).rglob("test_*.py"))]
        noted = {file.as_posix(): kept / noted_in(tree / file, file) for file in files}
        if new := [file for file, there in noted.items() if not there.exists()]:
            told = ("-p", "tests.mutants.called", "--dist", "loadfile", "--numprocesses", str(processes))
            run(tree, *told, "-m", "not real and not browser", *new, seconds=None, CALLED_IN=str(kept))
        tests = cls(reading={file: (tree / file).read_text() for file in noted})
        for there in noted.values():
            for test, (seconds, called) in (json.loads(there.read_text()) if there.exists() else {}).items():
                tests.seconds[test] = seconds
                for file, line in called:
                    tests.calling.setdefault((file, line), []).append(test)
        return tests

    def of(self, fault: Fault) -> list[str]:
        """Those for a fault: first those of its own room, the quickest first.

        For a module's own constants, and functions that no test calls because they are called at import, those that
        call anything in the module or import from it; where nobody does, all of the room.
        """
        if fault.path in ELSEWHERE:
            return [ELSEWHERE[fault.path]]
        found = set(self.calling.get((fault.path, fault.function), ()))
        found = found or self._beside(fault.path)
        room = f"tests/unit/{fault.path.removeprefix('services/').rpartition('/')[0]}/"
        found = found or {test for test in self.seconds if test.startswith(room)}
        chosen, left = list[str](), ALTOGETHER
        for test in sorted(found, key=lambda each: (not each.startswith(room), self.seconds[each]))[:AT_MOST]:
            left -= self.seconds[test]
            if left < 0 and chosen:
                break
            chosen.append(test)
        return chosen if fault.function or MADE not in found else [*dict.fromkeys((*chosen, MADE))]

    def _beside(self, path: str) -> set[str]:
        module = path.removesuffix(".py").replace("/", ".")
        naming = {file for file, text in self.reading.items() if f"from {module} import" in text}
        calling = {test for (called, _), tests in self.calling.items() if called == path for test in tests}
        return calling | {test for test in self.seconds if test.partition("::")[0] in naming}


def survives(tree: Path, fault: Fault, tests: Sequence[str]) -> bool:
    """Whether all these tests pass with the fault put in; it is taken out again."""
    path = tree / fault.path
    right = path.read_bytes()
    path.write_bytes(right[: fault.start] + fault.instead.encode() + right[fault.end :])
    try:
        return not tests or run(tree, "-x", *tests, seconds=SECONDS) == 0
    finally:
        path.write_bytes(right)
