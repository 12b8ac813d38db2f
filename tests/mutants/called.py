"""A plugin of pytest that writes down which of the product's functions each test calls, and how long it takes.

Coverage by line would say the same and more, for another package and several times the time.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Generator
from hashlib import blake2b
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2].as_posix() + "/"
PRODUCT = (f"{ROOT}shared/", f"{ROOT}services/")

SEEN: set[tuple[str, int]] = set()
CALLED: dict[str, tuple[float, list[tuple[str, int]]]] = {}
FAILED: set[str] = set()
RUN: set[str] = set()


def _look(frame: FrameType, event: str, _: Any) -> None:
    if event == "call" and frame.f_code.co_filename.startswith(PRODUCT):
        SEEN.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))


def pytest_sessionstart() -> None:
    """From here on, in every thread."""
    threading.setprofile(_look)
    sys.setprofile(_look)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One test with its fixtures."""
    SEEN.clear()
    RUN.add(item.nodeid.partition("::")[0])
    began = time.monotonic()
    result = yield
    if item.nodeid not in FAILED:
        called = sorted((path.removeprefix(ROOT), line) for path, line in SEEN)
        CALLED[item.nodeid] = time.monotonic() - began, called
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that fails, or is skipped, without any fault finds none."""
    if not report.passed:
        FAILED.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """One note for every file of tests, which one process has run from its beginning to its end."""
    sys.setprofile(None)
    of_files: dict[str, dict[str, object]] = {file: {} for file in RUN}
    for test, told in CALLED.items():
        of_files[test.partition("::")[0]][test] = told
    for file, tests in of_files.items():
        Path(os.environ["CALLED_IN"], noted_in(Path(ROOT, file), file)).write_text(json.dumps(tests))


def noted_in(there: Path, file: str | Path) -> str:
    """The note's name: another whenever the file has changed."""
    return f"{blake2b(f'{file}'.encode() + there.read_bytes(), digest_size=10).hexdigest()}.json"
