"""The programme's report, from what the services say over HTTP, and the invariants from what is really there."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType

from deploy.local.scenario.checking.invariants import Finding
from deploy.local.scenario.playing.stage import Stage
from deploy.terminal import figures, framed, words

FEW = 5
"""Violations that are shown of one invariant."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A programme at its end, in figures."""

    programme_id: str
    title: str
    people: Mapping[str, int]
    """What registration says → participants."""
    pairs: Mapping[str, int]
    """State → pairs."""
    waiting: Mapping[str, int]
    """Reason in words → participants."""
    sessions: Mapping[str, int]
    """Outcome → sessions."""
    alarms: Mapping[str, int]
    pulses: Mapping[str, Any]


async def collect(stage: Stage) -> Report:
    """Ask all four services; raises Unexpected or Away."""
    ask, who, at = stage.gateway.all, stage.manager, stage.programme
    people, pairs, waiting, summary = await asyncio.gather(
        ask(who, "registration", f"{at}/participants"),
        ask(who, "matching", f"{at}/pairs"),
        ask(who, "matching", f"{at}/waiting"),
        stage.gateway.get(who, "feedback", f"{at}/summary"),
    )
    return Report(
        programme_id=stage.scenario.programme_id,
        title=stage.scenario.terms.title,
        people={"registered": len(people), **Counter(person["state"] for person in people)},
        pairs=Counter(pair["state"] for pair in pairs),
        waiting=Counter(person["sentence"] for person in waiting),
        sessions=summary["sessions"],
        alarms={
            "recovered": summary["recovered"],
            "pairs that held on after one": summary["saved"],
            "still open": summary["at_risk"],
        },
        pulses=summary["pulses"],
    )


def as_panels(report: Report, findings: Sequence[Finding]) -> RenderableType:
    """Report and invariants for a terminal."""
    about = {
        "People": report.people,
        "Pairs": report.pairs,
        "Sessions": report.sessions,
        "Alarms": report.alarms,
        "Pulses": report.pulses,
    }
    beside = Columns([figures(title, found.items()) for title, found in about.items()], padding=(1, 4))
    waiting = figures("Waiting, and why", report.waiting.items())
    return Group(
        framed(report.title, report.programme_id, beside, words(""), waiting),
        framed(_title(findings), "", *map(_verdict, findings)),
    )


def _title(findings: Sequence[Finding]) -> str:
    broken = sum(not finding.holds for finding in findings)
    return f"{broken} of {len(findings)} invariants are broken" if broken else f"All {len(findings)} invariants hold"


def _verdict(finding: Finding) -> RenderableType:
    if finding.holds:
        return words(f"✓ {finding.invariant}", "green")
    broken = [f"    {violation}" for violation in finding.violations[:FEW]]
    more = len(finding.violations) - FEW
    if more > 0:
        broken.append(f"    … and {more} more")
    return Group(words(f"✗ {finding.invariant}", "bold red"), *(words(line, "red") for line in broken))
