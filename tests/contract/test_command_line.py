"""What the command line writes out, so that it starts fast, is what the code has; and its help suffices."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.asking import ServiceName
from deploy.local.demo import starting
from deploy.local.demo.wish import SEED, Scenario, Wish
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, SCENARIOS
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
    assert SEED == DEFAULT_SEED


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
    groups = ["dead-letters", "letters", "webhooks"]
    letters = [f"{group} {name}" for group in groups for name in ("list", "show", "retry", "drop")]
    assert {" ".join(path) for path in ALL} == {*needed, *letters, *groups}


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


@pytest.mark.parametrize(
    ("told", "once"),
    [("1", True), ("yes", True), ("true", True), ("0", False), ("no", False), ("false", False), ("", False)],
)
def test_no_is_not_yes(monkeypatch: pytest.MonkeyPatch, told: str, *, once: bool) -> None:
    wishes: list[Wish] = []

    def run(wish: Wish) -> int:
        wishes.append(wish)
        return 0

    monkeypatch.setattr(starting, "run", run)
    done = CliRunner(env={"ONCE": told, "SCENARIO": "bnp-uk", "PORT": "18099"}).invoke(app, ["up"])
    assert done.exit_code == 0
    assert [(wish.once, wish.port) for wish in wishes] == [(once, 18099)]
