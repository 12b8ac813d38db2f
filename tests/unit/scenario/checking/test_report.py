"""The report says what holds and what does not."""

import io

from rich.console import Console

from deploy.local.scenario.checking.invariants import Finding
from deploy.local.scenario.checking.report import FEW, Report, as_panels

REPORT = Report(
    programme_id="bnp-uk",
    title="Reverse mentoring",
    people={"registered": 24, "trained": 21},
    pairs={"formed": 10},
    waiting={"They share no language with those who would suit.": 1},
    sessions={"held": 57, "missed": 1},
    alarms={"recovered": 2, "still open": 0},
    pulses={"answered": 85, "feeling": 3.9},
)


def shown(*findings: Finding) -> str:
    screen = Console(file=io.StringIO(), width=120)
    screen.print(as_panels(REPORT, findings))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_all_well() -> None:
    text = shown(Finding("outboxes are empty", ()))
    assert "All 1 invariants hold" in text
    assert "✓ outboxes are empty" in text
    assert "They share no language" in text
    assert "57" in text


def test_what_is_broken_is_named_but_not_endlessly() -> None:
    sentences = tuple(f"Person {n} is in two places." for n in range(FEW + 3))
    text = shown(Finding("outboxes are empty", ()), Finding("no sessions overlap", sentences))
    assert "1 of 2 invariants are broken" in text
    assert "✗ no sessions overlap" in text
    assert f"Person {FEW - 1} is" in text
    assert f"Person {FEW} is" not in text
    assert "and 3 more" in text
