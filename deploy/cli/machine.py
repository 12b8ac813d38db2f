"""Telemachus on this machine: one service by itself, or everything with a demo programme."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.asking import ServiceName
from deploy.local.demo.wish import PORT, SEED, STATE, Scenario, Wish

Port = Annotated[
    int, typer.Option(min=1, max=65535, envvar="PORT", help="Where the page and the interfaces are, on 127.0.0.1.")
]
Seed = Annotated[int, typer.Option(envvar="SEED", help="Another seed, other people.")]
State = Annotated[
    Path, typer.Option(file_okay=False, envvar="STATE", help="The directory everything is kept in.", show_default=True)
]


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
    scenario: Annotated[Scenario, typer.Option(envvar="SCENARIO", help="The demo programme.")] = Scenario.BNP_UK,
    once: Annotated[bool, typer.Option("--once", envvar="ONCE", help="As the command scenario.")] = False,
    port: Port = PORT,
    seed: Seed = SEED,
    state: State = STATE,
) -> None:
    """Run everything on this machine with a demo programme in it; Ctrl-C stops it, and it goes on where it was.

    KAFKA_BOOTSTRAP_SERVERS and MONGODB_URL are heeded; without them both are started too.
    """
    _run(Wish(scenario=scenario, once=once, port=port, seed=seed, state=state.expanduser()))


def scenario(
    name: Annotated[Scenario, typer.Argument(help="Which.")] = Scenario.BNP_UK,
    port: Port = PORT,
    seed: Seed = SEED,
    state: State = STATE,
) -> None:
    """Play a programme to its end with a moved clock, report, and check the invariants in topics and databases."""
    _run(Wish(scenario=name, once=True, port=port, seed=seed, state=state.expanduser()))


def _run(wish: Wish) -> None:
    from deploy.local.demo.starting import run

    raise typer.Exit(run(wish))
