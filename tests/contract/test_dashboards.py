"""Dashboards name what the services count, explain it, and can be read on a small screen and without colours."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from deploy.dashboards.all import dashboards
from deploy.services import SERVICES
from tests.support.dashboards import FILES, FOLDER, Asked, asked, load, panels, variables, within
from tests.support.exposed import Labels, exposed

RULES = [
    rule for group in yaml.safe_load((FOLDER.parent / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
ALERTS = {rule["alert"] for rule in RULES if "alert" in rule}
SLOS = {rule["labels"]["slo"] for rule in RULES if "slo" in rule.get("labels", {})}
WATCHING: dict[str, Labels] = {"ALERTS": {"region": set(), "alertname": ALERTS, "alertstate": {"firing"}}}
BY_PROMETHEUS = {"job", "instance"}
UNITS = {"short", "s", "bytes", "percentunit", "reqps", "cps", "bool"}
COLUMNS, WIDTH = 24, 3

every_dashboard = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@cache
def known_of(name: str, job: str = "") -> Labels:
    """Label → values of a metric, of what the rules record, or of Prometheus' own series of alerts."""
    if name in RECORDED:
        return {"region": set(), "slo": SLOS}
    return WATCHING.get(name) or exposed(job)[name]


def parsed(one: Asked) -> Any:
    """The expression's tree; raises when Prometheus would not understand it."""
    return promql_parser.parse(within(one.expr, "5m", "6h"))


def nodes(one: Asked, *kinds: type) -> Iterator[Any]:
    found: list[Any] = []
    promql_parser.walk(parsed(one), lambda node: found.append(node) if isinstance(node, kinds) else None)
    return iter(found)


def test_there_is_one_of_each_service_one_of_all_and_the_offices() -> None:
    made = dashboards()
    assert {file.stem for file in FILES} == set(made) == {"overview", "office", *(each.name for each in SERVICES)}


def test_every_dashboard_has_an_identity_of_its_own() -> None:
    found = [load(file) for file in FILES]
    for key in ("uid", "title"):
        assert len({dashboard[key] for dashboard in found}) == len(found)
    assert all(dashboard["uid"] == f"telemachus-{file.stem}" for dashboard, file in zip(found, FILES, strict=True))


@every_dashboard
def test_expressions_name_what_is_counted_and_its_labels(file: Path) -> None:
    for one in asked(file):
        selectors = list(nodes(one, promql_parser.VectorSelector))
        assert selectors, one
        for selector in selectors:
            labels = known_of(selector.name)
            assert {matcher.name for matcher in selector.matchers.matchers} <= set(labels) | BY_PROMETHEUS, one
        known = set().union(*(known_of(selector.name) for selector in selectors)) | BY_PROMETHEUS
        for aggregation in nodes(one, promql_parser.AggregateExpr):
            assert set(aggregation.modifier.labels if aggregation.modifier else ()) <= known, one
        assert set(re.findall(r"{{(\w+)}}", one.legend)) <= known, one


@every_dashboard
def test_expressions_choose_values_that_exist(file: Path) -> None:
    """A type that was renamed, or that this service does not hear, would be a zero for ever."""
    for one in asked(file):
        for selector in nodes(one, promql_parser.VectorSelector):
            exact = dict(re.findall(r'(\w+)="([^"]+)"', str(selector.prettify())))
            here = known_of(selector.name, exact.pop("job", ""))
            assert all(value in here[name] for name, value in exact.items() if name != "status"), one


@every_dashboard
def test_every_expression_is_limited_to_what_was_chosen(file: Path) -> None:
    for panel in panels(load(file)):
        for target in panel["targets"]:
            assert target["expr"].count('region=~"$region",job=~"$job"') == target["expr"].count("region=~"), panel[
                "title"
            ]
            assert target["expr"].count("{") == target["expr"].count('region=~"$region",job=~"$job"'), panel["title"]
            assert "[1m]" not in target["expr"]


@every_dashboard
def test_every_panel_explains_itself(file: Path) -> None:
    titles = Counter(panel["title"] for panel in panels(load(file)))
    assert titles.most_common(1)[0][1] <= 2, titles
    for panel in panels(load(file)):
        defaults = panel["fieldConfig"]["defaults"]
        assert len(panel["description"]) > 20, panel["title"]
        assert defaults["unit"] in UNITS, panel["title"]
        assert defaults["noValue"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"


@every_dashboard
def test_nothing_is_said_by_colour_alone(file: Path) -> None:
    for panel in panels(load(file)):
        assert panel["type"] in ("stat", "timeseries")
        assert all(target["legendFormat"] for target in panel["targets"]), panel["title"]
        defaults, options = panel["fieldConfig"]["defaults"], panel["options"]
        if panel["type"] == "stat":
            assert options["colorMode"] == "none"
            assert options["textMode"] == "value_and_name"
            assert (defaults["unit"] == "bool") == bool(defaults.get("mappings")), panel["title"]
        else:
            assert options["legend"]["showLegend"]
            drawn = defaults.get("custom", {}).get("thresholdsStyle", {}).get("mode", "")
            assert (drawn == "dashed") == (len(defaults["thresholds"]["steps"]) > 1), panel["title"]
            assert len(panel["fieldConfig"]["overrides"]) == len(panel["targets"]) - 1, "lines differ by their dashes"


@every_dashboard
def test_it_can_be_read_on_a_small_screen(file: Path) -> None:
    dashboard = load(file)
    for panel in panels(dashboard):
        assert panel["gridPos"]["w"] * WIDTH >= COLUMNS, panel["title"]
    rows = [panel for panel in dashboard["panels"] if panel["type"] == "row"]
    assert dashboard["panels"][0] == rows[0]
    assert not rows[0]["collapsed"], "the first row is what one came for"
    first = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert {panel["type"] for panel in first} == {"stat"}, "numbers first, curves when one asks"
    assert all(row["collapsed"] == bool(row["panels"]) for row in rows)
    _nothing_overlaps(panels(dashboard) + rows)


def _nothing_overlaps(shown: list[dict[str, Any]]) -> None:
    cells: Counter[tuple[int, int]] = Counter()
    for panel in shown:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= COLUMNS
        cells.update((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"]))
    assert max(cells.values()) == 1


@every_dashboard
def test_one_chooses_source_region_and_service(file: Path) -> None:
    found = variables(load(file))
    assert list(found) == ["datasource", "region", "job", "runbooks"]
    assert found["datasource"]["query"] == "prometheus"
    assert found["region"]["includeAll"]
    assert (found["job"]["type"] == "constant") == (file.stem != "overview")


def test_runbooks_are_those_of_alerts() -> None:
    linked = {link["url"] for file in FILES for panel in panels(load(file)) for link in panel.get("links", ())}
    assert linked
    assert linked <= {f"${{runbooks}}/docs/runbooks/{alert}.md" for alert in ALERTS}
