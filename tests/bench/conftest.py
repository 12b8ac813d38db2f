"""Benches print ratios to a baseline measured in the same run; they assert no figure."""

from collections.abc import Callable

import pytest

Show = Callable[[str], None]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Print past pytest's capture."""

    def shown(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", end="")

    return shown
