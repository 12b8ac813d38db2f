"""Every alert has a page for whoever is woken by it, and the page is true to the code."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from typer.main import get_command

from deploy.cli.app import app
from tests.contract.test_alerts import ALERTS
from tests.support.prometheus import ROOT, RUNBOOKS, asked_in

every_alert = pytest.mark.parametrize("name", sorted(ALERTS))


def page_of(name: str) -> Path:
    """Where that page is."""
    return ROOT / "docs" / "runbooks" / f"{name}.md"


@every_alert
def test_every_alert_has_a_page_that_begins_with_what_people_feel(name: str) -> None:
    lines = page_of(name).read_text().splitlines()
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
    index = page_of("README").read_text()
    pages = {page.stem for page in RUNBOOKS}
    assert pages == set(ALERTS)
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) >= pages


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_what_to_ask_prometheus_can_be_asked(page: Path) -> None:
    asked = asked_in(page)
    assert asked
    for expression in asked:
        promql_parser.parse(expression)


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_what_to_type_is_a_command_with_its_options(page: Path) -> None:
    for typed in re.findall(r"`telemachus ([^`]+)`", page.read_text()):
        command: Any = get_command(app)
        for word in typed.split():
            command = getattr(command, "commands", {}).get(word, command)
        options = {option for parameter in command.params for option in parameter.opts}
        assert not hasattr(command, "commands") or typed in ("dead-letters", "letters", "webhooks"), typed
        assert set(re.findall(r"--[a-z-]+", typed)) <= options, typed


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_pages_it_leads_to_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
