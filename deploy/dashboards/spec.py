"""What a dashboard shows, before Grafana's own words for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from deploy.describing.metrics import described

HERE = 'region=~"$region",job=~"$job"'
"""What every expression is limited to: the regions and services chosen at the top."""
EVERY = "$__rate_interval"


def of(metric: str, *matchers: str) -> str:
    """That metric, of what was chosen."""
    return f"{metric}{{{','.join([HERE, *matchers])}}}"


def rate(metric: str, *matchers: str, by: str = "") -> str:
    """How often a second, summed by these labels."""
    return f"sum{_labels(by)} (rate({of(metric, *matchers)}[{EVERY}]))"


def grown(metric: str, *matchers: str, by: str = "", over: str = "$__range") -> str:
    """How often within the time shown; never half a time."""
    return f"sum{_labels(by)} (round(increase({of(metric, *matchers)}[{over}])))"


def worst(metric: str, *matchers: str, by: str = "") -> str:
    """The highest of all replicas: they count the same things in the same database."""
    return f"max{_labels(by)} ({of(metric, *matchers)})"


def share(metric: str, of_these: str, *matchers: str, by: str = "") -> str:
    """How many of all, 0 to 1; 0 where nothing happened."""
    every = rate(metric, *matchers, by=by)
    return f"{rate(metric, *matchers, of_these, by=by)} / ({every} > 0) or {every}"


def slowest(histogram: str, quantile: float, *matchers: str, by: str = "", over: str = EVERY) -> str:
    """Below what so many of them lie."""
    within = f"sum{_labels('le' + (', ' + by if by else ''))} (rate({of(histogram + '_bucket', *matchers)}[{over}]))"
    return f"histogram_quantile({quantile}, {within})"


def since(timestamp: str, *matchers: str, by: str = "", last: bool = False) -> str:
    """Seconds since the earliest of them, or the last; 0 where there is none."""
    at = f"{'max' if last else 'min'}{_labels(by)} ({of(timestamp, *matchers)} > 0)"
    return f"(time() - {at}) or 0 * {worst(timestamp, *matchers, by=by)}"


def named(by: str) -> str:
    """What the series of these labels are called."""
    return " ".join(f"{{{{{label}}}}}" for label in by.split(", "))


def _labels(by: str) -> str:
    return f" by ({by})" if by else ""


@dataclass(frozen=True)
class Query:
    """One expression and what its series are called. ``{{label}}`` stands for a label."""

    expr: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture. ``says`` is the metric whose help sentence explains it."""

    title: str
    says: str
    unit: str
    queries: tuple[Query, ...]
    also: str = ""
    """What is to be said beside that sentence."""
    runbook: str = ""
    """The alert that is about it."""
    nothing: str = "no data"
    """What is shown where nothing is counted."""
    line: float | None = None
    """From where on it is bad: drawn as a line."""
    wide: bool = False
    """Whether it takes the whole width."""

    @property
    def description(self) -> str:
        """The metric's sentence and where to go on reading."""
        dashed = f"The dashed line: {self.line:g} ({self.unit})." if self.line is not None else ""
        parts = [helps()[self.says], self.also, dashed, f"Alert: {self.runbook}." if self.runbook else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Stat(Panel):
    """One big number, or one a series. ``words`` replace numbers."""

    words: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lines(Panel):
    """Values over time."""


@dataclass(frozen=True)
class Row:
    """Panels under one heading. Closed rows ask nothing of Prometheus until somebody opens them."""

    title: str
    panels: tuple[Panel, ...]
    closed: bool = True


@cache
def helps() -> dict[str, str]:
    """Metric as Prometheus stores it → its help sentence."""
    return {metric.name: metric.help for metric in described()}


def panels(rows: Iterable[Row]) -> list[Panel]:
    """All of them, in order."""
    return [panel for row in rows for panel in row.panels]
