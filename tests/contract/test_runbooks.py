"""Every alert has a page for whoever is woken by it, and the page is true to the code."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from typer.main import get_command

from deploy.cli.app import app
from tests.contract.test_alerts import ALERTS
from tests.contract.test_deploy import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"

PAGES = sorted(RUNBOOKS.glob("Telemachus*.md"))

every_alert = pytest.mark.parametrize("name", sorted(ALERTS))


@every_alert
def test_every_alert_has_a_page_that_begins_with_what_people_feel(name: str) -> None:
    lines = (RUNBOOKS / f"{name}.md").read_text().splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings == [
        f"# {name}",
        "## What people feel",
        "## Is it so?",
        "## What to do",
        "## When it is over",
        "## So that it does not come back",
    ]
    assert len(lines) <= 60, "longer than a page"


def test_the_index_names_every_page() -> None:
    index = (RUNBOOKS / "README.md").read_text()
    pages = {page.stem for page in PAGES}
    assert pages == set(ALERTS)
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) >= pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_to_ask_prometheus_can_be_asked(page: Path) -> None:
    asked = [
        expression
        for block in re.findall(r"```promql\n(.+?)```", page.read_text(), re.DOTALL)
        for expression in re.split(r"\n(?! )", block.strip())
    ]
    assert asked
    for expression in asked:
        promql_parser.parse(expression)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_to_type_is_a_command_with_its_options(page: Path) -> None:
    for typed in re.findall(r"`telemachus ([^`]+)`", page.read_text()):
        command: Any = get_command(app)
        for word in typed.split():
            command = getattr(command, "commands", {}).get(word, command)
        options = {option for parameter in command.params for option in parameter.opts}
        assert not hasattr(command, "commands") or typed == "dead-letters", typed
        assert set(re.findall(r"--[a-z-]+", typed)) <= options, typed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_it_leads_to_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert (RUNBOOKS / target).exists(), target
