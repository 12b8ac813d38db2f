"""What the command line writes out, so that it starts fast, is what the code has; and its help suffices."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from deploy.cli.app import app
from deploy.cli.asking import ServiceName
from deploy.cli.machine import Scenario
from deploy.local.scenario.drawing.generator import SCENARIOS
from deploy.services import SERVICES

SLOW = ("ortools", "scipy", "numpy", "holidays", "motor", "faker", "fastapi")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its path."""
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name), command
        yield from commands(command, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


def test_services_and_scenarios_are_those_of_the_code() -> None:
    assert [name.value for name in ServiceName] == [service.name for service in SERVICES]
    assert {name.value for name in Scenario} == set(SCENARIOS)


def test_the_commands_operators_need_are_there() -> None:
    needed = [
        "serve",
        "up",
        "scenario",
        "import",
        "lag",
        "outbox",
        "replay",
        "rebuild",
        "resume",
        "erase",
        "export",
        "check",
    ]
    letters = [f"dead-letters {name}" for name in ("list", "show", "retry", "drop")]
    assert {" ".join(path) for path in ALL} == {*needed, *letters, "dead-letters"}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_and_option_says_what_it_does(path: tuple[str, ...]) -> None:
    command = ALL[path]
    assert command.help
    undescribed = [param.name for param in command.params if not getattr(param, "help", None)]
    assert undescribed == []


def test_it_starts_without_what_only_services_need() -> None:
    loaded = f"import sys, deploy.cli.app; print(*[name for name in {SLOW!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
