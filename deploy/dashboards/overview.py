"""All services beside each other, and how much of what was promised is used up."""

from deploy.dashboards.rows import everything
from deploy.dashboards.spec import Lines, Query, Row, Stat, of

BY = "job, region"
FRESHNESS, HANDLING, API = "telemachus_event_age_seconds", "telemachus_events_total", "telemachus_http_requests_total"
LEFT, BURN = "telemachus:slo_budget_left:ratio30d", "telemachus:slo_burn:ratio1h"
PROMISES = (
    ("Events are fresh", "freshness", FRESHNESS, "TelemachusEventsLate"),
    ("Events are handled", "handling", HANDLING, "TelemachusHandlingFails"),
    ("Requests succeed", "api", API, "TelemachusApiErrors"),
)


def overview() -> tuple[Row, ...]:
    """The rows of every service, its series told apart by service and region."""
    glance, *others = everything(BY)
    return (Row(glance.title, (*glance.panels, _firing()), closed=False), levels(), *others)


def _firing() -> Stat:
    firing = of("ALERTS", 'alertname=~"Telemachus.*"', 'alertstate="firing"')
    return Stat(
        title="Alerts that fire",
        says="telemachus_ready",
        unit="short",
        queries=(Query(f"count by (alertname) ({firing})", "{{alertname}}"),),
        also="Every alert's runbook has its name.",
        nothing="none fires",
    )


def levels() -> Row:
    """What is left of the month's allowance, and how fast it goes."""
    return Row("Service levels", (*map(_left, PROMISES), *map(_burns, PROMISES)))


def _left(promise: tuple[str, str, str, str]) -> Stat:
    title, slo, says, alert = promise
    lowest = f"min by (job, region) ({of(LEFT, _is(slo))})"
    return Stat(
        title=f"{title}: allowance left",
        says=says,
        unit="percentunit",
        queries=(Query(lowest, "{{job}} {{region}}"),),
        also="What is left of the failures allowed in 30 days; below 0 %: the promise is broken.",
        runbook=alert,
    )


def _burns(promise: tuple[str, str, str, str]) -> Lines:
    title, slo, says, alert = promise
    fastest = f"max by (job, region) ({of(BURN, _is(slo))})"
    return Lines(
        title=f"{title}: how fast it goes",
        says=says,
        unit="short",
        queries=(Query(fastest, "{{job}} {{region}}"),),
        also="At 1 the allowance lasts just 30 days; nothing is drawn in hours in which nothing happened.",
        line=14.4,
        runbook=alert,
    )


def _is(slo: str) -> str:
    return f'slo="{slo}"'
