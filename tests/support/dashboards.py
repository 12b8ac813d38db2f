"""The committed dashboards as Grafana reads them, and their expressions as Prometheus is asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "deploy" / "chart" / "files" / "dashboards"
FILES = sorted(FOLDER.glob("*.json"))


@dataclass(frozen=True)
class Asked:
    """One expression of one panel."""

    dashboard: str
    panel: str
    expr: str
    legend: str


def load(file: Path) -> dict[str, Any]:
    """One dashboard."""
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """All that show something, those in closed rows too."""
    every = [each for panel in dashboard["panels"] for each in [panel, *panel.get("panels", ())]]
    return [panel for panel in every if panel["type"] != "row"]


def variables(dashboard: dict[str, Any]) -> dict[str, Any]:
    """What one chooses at the top: name → variable."""
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def asked(file: Path) -> Iterator[Asked]:
    """Every expression, as Grafana sends it at first but for intervals."""
    dashboard = load(file)
    job = variables(dashboard)["job"]
    chosen = job["allValue"] if job["type"] == "query" else job["query"]
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expr = target["expr"].replace("$region", ".*").replace("$job", chosen)
            yield Asked(file.stem, panel["title"], expr, target["legendFormat"])


def within(expr: str, interval: str, shown: str) -> str:
    """With the intervals Grafana would put in."""
    return expr.replace("$__rate_interval", interval).replace("$__range", shown)
