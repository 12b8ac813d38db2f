"""A dashboard: what one chooses at its top, its rows, and the way to the others."""

import json

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from deploy.dashboards.grafana import COLUMNS, SOURCE, Built, build, size
from deploy.dashboards.spec import Row

RUNBOOKS = "https://runbooks.invalid"
"""Stands for the place where ``docs/`` can be read; the chart puts ``monitoring.runbooksUrl`` there."""


def page(uid: str, title: str, about: str, rows: tuple[Row, ...], *, job: str = "", days: int = 0) -> str:
    """The dashboard as JSON. ``job`` fixes which services it is about; ``days`` it shows at first, else six hours."""
    built = grafana.Dashboard(f"Telemachus: {title}").uid(f"telemachus-{uid}").description(about)
    built.tags(["telemachus"]).readonly().timezone("browser").refresh("1m" if days else "30s")
    built.time(f"now-{days}d" if days else "now-6h", "now").tooltip(models.DashboardCursorSync.CROSSHAIR)
    others = grafana.DashboardLink("Telemachus").type(models.DashboardLinkType.DASHBOARDS)
    built.link(others.tags(["telemachus"]).as_dropdown(True).keep_time(True).include_vars(False))
    built.variables([_datasource(), _region(), _fixed(job) if job else _job(), _runbooks()])
    y = 0
    for row in rows:
        y = _add(built, row, y)
    return json.dumps(build_json(built), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def build_json(built: grafana.Dashboard) -> object:
    """What Grafana reads; panels numbered in their order."""
    document = json.loads(json.dumps(built.build(), cls=JSONEncoder))
    number = 0
    for panel in document["panels"]:
        for each in [panel, *panel.get("panels", ())]:
            number += 1
            each["id"] = number
    return document


def _add(built: grafana.Dashboard, row: Row, y: int) -> int:
    """Put the row there; returns where the next one goes."""
    heading = grafana.Row(row.title).collapsed(row.closed).grid_pos(models.GridPos(x=0, y=y, w=COLUMNS, h=1))
    placed, below = _placed(row, y + 1)
    for panel in placed if row.closed else ():
        heading.with_panel(panel)
    built.with_row(heading)
    for panel in () if row.closed else placed:
        built.with_panel(panel)
    return below


def _placed(row: Row, y: int) -> tuple[list[Built], int]:
    """The panels from left to right, in lines as high as their highest."""
    placed: list[Built] = []
    x = height = 0
    for panel in row.panels:
        w, h = size(panel)
        if x + w > COLUMNS:
            x, y, height = 0, y + height, 0
        placed.append(build(panel).grid_pos(models.GridPos(x=x, y=y, w=w, h=h)))
        x, height = x + w, max(height, h)
    return placed, y + height


def _datasource() -> grafana.DatasourceVariable:
    return grafana.DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def _chosen(name: str, label: str, query: str) -> grafana.QueryVariable:
    everything = models.VariableOption(text="All", value="$__all", selected=True)
    built = grafana.QueryVariable(name).label(label).datasource(SOURCE).query(query).current(everything)
    built.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
    return built.multi(True).include_all(True).all_value(".*")


def _region() -> grafana.QueryVariable:
    return _chosen("region", "Region", "label_values(telemachus_build_info, region)")


def _job() -> grafana.QueryVariable:
    return _chosen("job", "Service", 'label_values(telemachus_build_info{region=~"$region"}, job)')


def _fixed(job: str) -> grafana.ConstantVariable:
    return grafana.ConstantVariable("job").value(job)


def _runbooks() -> grafana.TextBoxVariable:
    return grafana.TextBoxVariable("runbooks").label("Runbooks at").default_value(RUNBOOKS)
