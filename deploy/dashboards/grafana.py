"""Panels in Grafana's own words. Meaning is never in a colour alone: words, lines and legends carry it."""

from typing import TypeVar

from grafana_foundation_sdk.builders import common as vis
from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.builders import prometheus, stat, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models

from deploy.dashboards.spec import Panel, Stat

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
COLUMNS = 24
DASHES: tuple[list[int], ...] = ([], [10, 6], [2, 4], [14, 4, 2, 4])
"""How the lines of one panel differ beside their colours, by the order of their queries."""

Builder = TypeVar("Builder", stat.Panel, timeseries.Panel)


Built = stat.Panel | timeseries.Panel


def size(panel: Panel) -> tuple[int, int]:
    """Columns and lines: three numbers or two curves beside each other, on a small screen one."""
    if isinstance(panel, Stat):
        return COLUMNS // 3, 5
    return COLUMNS if panel.wide else COLUMNS // 2, 8


def build(panel: Panel) -> Built:
    """The panel as Grafana's library builds it."""
    return _stat(panel) if isinstance(panel, Stat) else _lines(panel)


def _common(built: Builder, panel: Panel) -> Builder:
    built.title(panel.title).description(panel.description).datasource(SOURCE).unit(panel.unit).no_value(panel.nothing)
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        asked = prometheus.Dataquery().ref_id(letter).expr(query.expr).legend_format(query.legend)
        built.with_target(asked.instant() if isinstance(panel, Stat) else asked.range())
    if panel.runbook:
        built.links([runbook(panel.runbook)])
    return built


def runbook(alert: str) -> grafana.DashboardLink:
    """Where somebody reads on what to do."""
    link = grafana.DashboardLink(f"Runbook {alert}").type(models.DashboardLinkType.LINK)
    return link.url(f"${{runbooks}}/docs/runbooks/{alert}.md").target_blank(True)


def _stat(panel: Stat) -> stat.Panel:
    built = _common(stat.Panel(), panel)
    built.reduce_options(vis.ReduceDataOptions().calcs(["lastNotNull"]))
    built.text_mode(common.BigValueTextMode.VALUE_AND_NAME).color_mode(common.BigValueColorMode.NONE)
    built.graph_mode(common.BigValueGraphMode.NONE).thresholds(_from(None))
    if panel.unit == "short":
        built.decimals(0)
    if panel.words:
        words = {str(number): models.ValueMappingResult(text=word) for number, word in panel.words.items()}
        built.mappings([models.ValueMap(options=words)])
    return built


def _lines(panel: Panel) -> timeseries.Panel:
    built = _common(timeseries.Panel(), panel)
    built.min(0).line_width(2).fill_opacity(0).show_points(common.VisibilityMode.NEVER)
    built.legend(
        vis.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.TABLE)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    built.tooltip(vis.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
    built.thresholds(_from(panel.line))
    if panel.line is not None:
        built.thresholds_style(vis.GraphThresholdsStyleConfig().mode(common.GraphTresholdsStyleMode.DASHED))
    for letter, dash in zip("ABCDEFGH", DASHES, strict=False):
        if dash and ord(letter) - ord("A") < len(panel.queries):
            style = {"fill": "dash", "dash": dash}
            built.override_by_query(letter, [models.DynamicConfigValue(id_val="custom.lineStyle", value=style)])
    return built


def _from(limit: float | None) -> grafana.ThresholdsConfig:
    steps = [models.Threshold(value=None, color="text")]
    if limit is not None:
        steps.append(models.Threshold(value=limit, color="red"))
    return grafana.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)
