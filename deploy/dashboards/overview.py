"""All services beside each other."""

from deploy.dashboards.levels import levels
from deploy.dashboards.rows import everything
from deploy.dashboards.spec import Query, Row, Stat, of

BY = "job, region"


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
