"""Telemachus on this machine: one service by itself, or everything with a demo programme."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.asking import ServiceName


class Scenario(StrEnum):
    """The demo programmes; written out, because importing them takes seconds."""

    BNP_UK = "bnp-uk"
    GE_1999 = "ge-1999"


Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the page and the interfaces are.")]
Seed = Annotated[int, typer.Option(help="Another seed, other people.")]
State = Annotated[Path, typer.Option(file_okay=False, help="The directory everything is kept in.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(serve)
    app.command()(up)
    app.command()(scenario)


def serve(service: Annotated[ServiceName, typer.Argument(help="Which.", show_default=False)]) -> None:
    """Run one service, configured by the environment, until it is told to stop (SIGTERM)."""
    from deploy.services import SERVICES

    next(each for each in SERVICES if each.name == service.value).run()


def up(
    scenario: Annotated[Scenario, typer.Option(help="The demo programme.")] = Scenario.BNP_UK,
    port: Port = 8080,
    seed: Seed = 1,
    state: State = Path(".telemachus"),
) -> None:
    """Run everything on this machine with a demo programme in it; Ctrl-C stops it, and it goes on where it was.

    KAFKA_BOOTSTRAP_SERVERS and MONGODB_URL are heeded; without them both are started too.
    """
    raise typer.Exit(_run(scenario=scenario.value, port=port, seed=seed, state=state))


def scenario(
    name: Annotated[Scenario, typer.Argument(help="Which.")] = Scenario.BNP_UK,
    port: Port = 8080,
    seed: Seed = 1,
    state: State = Path(".telemachus"),
) -> None:
    """Play a programme to its end with a moved clock, report, and check the invariants in topics and databases."""
    raise typer.Exit(_run(scenario=name.value, once=True, port=port, seed=seed, state=state))


def _run(**wish: Any) -> int:
    from deploy.local.__main__ import Wish, run

    return run(Wish(**wish))
