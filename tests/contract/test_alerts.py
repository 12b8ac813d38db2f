"""Every alert is well-formed, is tested firing and silent, and asks only for what services count."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.test_deploy import DEPLOY, ROOT
from tests.support.exposed import exposed
from tests.support.prometheus import RULES, program

TESTS = sorted((ROOT / "tests" / "alerts").glob("*.yaml"))
GROUPS = yaml.safe_load(RULES.read_text())["groups"]
RECORDED = {rule["record"] for group in GROUPS for rule in group["rules"] if "record" in rule}
ALERTS: dict[str, list[dict[str, Any]]] = {}
for _rule in [rule for group in GROUPS for rule in group["rules"] if "alert" in rule]:
    ALERTS.setdefault(_rule["alert"], []).append(_rule)

every_alert = pytest.mark.parametrize("name", sorted(ALERTS))


@pytest.fixture(scope="module")
def counted() -> set[str]:
    """The metrics of all services."""
    return set(exposed())


def promtool(*arguments: str | Path) -> None:
    """Run it; fails with what it says."""
    done = subprocess.run([program("promtool"), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def cases(name: str) -> list[list[list[dict[str, Any]]]]:
    """For each test about this alert: what is expected at each of its moments."""
    tests = yaml.safe_load((ROOT / "tests" / "alerts" / f"{name}.yaml").read_text())["tests"]
    return [[moment["exp_alerts"] for moment in test["alert_rule_test"]] for test in tests]


def test_prometheus_takes_the_rules() -> None:
    promtool("check", "rules", RULES)


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text((DEPLOY / "prometheus" / "prometheus.yml").read_text().replace("/rules/alerts.yaml", str(RULES)))
    promtool("check", "config", config)


def test_the_rules_are_where_the_configuration_looks_for_them() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    mounts = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["prometheus"]["volumes"]
    assert [f"./{RULES.relative_to(DEPLOY)}:{file}:ro" for file in config["rule_files"]] == [mounts[1]]


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_alerts_do_what_they_should(file: Path) -> None:
    promtool("test", "rules", file)


def test_tests_are_about_alerts_that_exist() -> None:
    assert {file.stem for file in TESTS} == set(ALERTS)


@every_alert
def test_every_alert_is_tested_firing_with_each_severity_and_silent(name: str) -> None:
    fired = {said["exp_labels"]["severity"] for test in cases(name) for moment in test for said in moment}
    assert fired == {rule["labels"]["severity"] for rule in ALERTS[name]} <= {"page", "ticket"}
    assert any(not any(test) for test in cases(name)), "no test in which it never fires"


@every_alert
def test_every_alert_says_in_words_which_service_and_what_to_read(name: str) -> None:
    for rule in ALERTS[name]:
        assert set(rule["annotations"]) == {"summary", "runbook_url"}
        assert "$labels.job" in rule["annotations"]["summary"]
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{name}.md"


DOCUMENTS = [RULES, ROOT / "docs" / "slo.md", *sorted((ROOT / "docs" / "runbooks").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_rules_and_what_is_written_of_them_name_only_what_is_counted(document: Path, counted: set[str]) -> None:
    named = set(re.findall(r"\btelemachus_[a-z0-9_]+|\btelemachus:[a-z0-9_]+:[a-z0-9_]+", document.read_text()))
    assert named - counted - RECORDED == set()
