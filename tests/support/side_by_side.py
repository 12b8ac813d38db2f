"""How tests are shared out among processes that run side by side: the longest first, and together what starts together.

Each process starts a Kafka and a MongoDB of its own, so files do not disturb each other. A Kafka that is given is there
once, and tests empty it: then one process runs them all.
"""

import os
from collections.abc import Sequence

import pytest
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ONE_BY_ONE = "tests/chaos/"
"""Each of these tests is long and starts everything for itself."""
TOGETHER = ("tests/browser/demonstrated/", "tests/integration/watched/", "tests/integration/secured/")
"""All tests of such a directory share one start, which is the longest part of them."""
LONGEST = (
    "tests/fuzz/",
    ONE_BY_ONE,
    *TOGETHER,
    "tests/integration/test_regions.py",
    "tests/integration/test_embedded_stack.py",
)
"""They come first: a process that begins one last would go on when the others have nothing left to do."""


class SideBySide(LoadScopeScheduling):  # type: ignore[misc] # xdist is not typed
    """File by file but for what is said above.

    xdist's own ``loadgroup`` would do, but goes by names of tests that pytest 9.2 does not let it change.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        return portion(nodeid)


def portion(test: str) -> str:
    """What is run by the same process as this test."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return "everything"
    if test.startswith(ONE_BY_ONE):
        return test
    return next(filter(test.startswith, TOGETHER), test.partition("::")[0])


def longest_first(items: list[pytest.Item]) -> None:
    """Put the longest first; otherwise they stay in their order."""
    items.sort(key=lambda item: _place(item.nodeid, LONGEST))


def _place(test: str, order: Sequence[str]) -> int:
    return next((place for place, beginning in enumerate(order) if test.startswith(beginning)), len(order))
