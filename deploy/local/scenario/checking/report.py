"""The programme's report, from what the services say over HTTP, and the invariants from what is really there."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.local.scenario.checking.invariants import Finding
from deploy.local.scenario.playing.stage import Stage

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
    ask, who, at = stage.gateway.get, stage.manager, stage.programme
    people, pairs, waiting, summary = await asyncio.gather(
        ask(who, "registration", f"{at}/participants"),
        ask(who, "matching", f"{at}/pairs"),
        ask(who, "matching", f"{at}/waiting"),
        ask(who, "feedback", f"{at}/summary"),
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
    figures = Columns(
        [
            _table("People", report.people),
            _table("Pairs", report.pairs),
            _table("Sessions", report.sessions),
            _table("Alarms", report.alarms),
            _table("Pulses", report.pulses),
        ],
        padding=(1, 4),
    )
    waiting = _table("Waiting, and why", report.waiting)
    return Group(
        Panel(Group(figures, Text(), waiting), title=report.title, subtitle=report.programme_id, padding=(1, 2)),
        Panel(Group(*map(_verdict, findings)), title=_title(findings), padding=(1, 2)),
    )


def _table(title: str, figures: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 1))
    table.add_column()
    table.add_column(justify="right")
    for what, figure in figures.items():
        table.add_row(what, str(figure))
    return table


def _title(findings: Sequence[Finding]) -> str:
    broken = sum(not finding.holds for finding in findings)
    return f"{broken} of {len(findings)} invariants are broken" if broken else f"All {len(findings)} invariants hold"


def _verdict(finding: Finding) -> Text:
    if finding.holds:
        return Text(f"✓ {finding.invariant}", style="green")
    text = Text(f"✗ {finding.invariant}", style="bold red")
    for violation in finding.violations[:FEW]:
        text.append(f"\n    {violation}", style="red")
    more = len(finding.violations) - FEW
    if more > 0:
        text.append(f"\n    … and {more} more", style="red")
    return text
