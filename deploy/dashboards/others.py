"""What only one service counts and nobody has drawn: a row of it, so that a new metric is seen from its first day."""

from collections.abc import Iterable

from deploy.dashboards.panels import quantiles
from deploy.dashboards.spec import Lines, Query, Row, grown, named, panels, since, worst
from deploy.describing.metrics import Described, described

UNITS = {"seconds": "s", "bytes": "bytes", "ratio": "percentunit"}


def others(service: str, by: str, drawn: Iterable[Row]) -> tuple[Row, ...]:
    """One row, or none where everything of that service's own is drawn already."""
    asked = " ".join(query.expr for panel in panels(drawn) for query in panel.queries)
    left = [metric for metric in described() if service in metric.services and metric.name not in asked]
    return (Row("Also counted here", tuple(_drawn(metric, by) for metric in left)),) if left else ()


def _drawn(metric: Described, by: str) -> Lines:
    """As its kind is best read; its title is the first sentence of its help."""
    title = metric.help.split(". ")[0]
    unit = UNITS.get(metric.name.rpartition("_")[2], "short")
    labels = ", ".join([by, *(label for label in metric.labels if label != "region")])
    if metric.kind == "counter":
        title = f"{title}; in five minutes"
    return Lines(title=title, says=metric.name, unit=unit, queries=_queries(metric, labels))


def _queries(metric: Described, labels: str) -> tuple[Query, ...]:
    if metric.kind == "histogram":
        return quantiles(metric.name)
    if metric.kind == "counter":
        asked = grown(metric.name, by=labels, over="5m")
    elif metric.name.endswith("_timestamp_seconds"):
        asked = since(metric.name, by=labels)
    else:
        asked = worst(metric.name, by=labels)
    return (Query(asked, named(labels)),)
