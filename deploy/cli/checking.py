"""Whether an installation has what the services need: each thing, what was found, and the remedy."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from deploy.cli.flow import Some, chosen
from deploy.cli.showing import AsJson, as_json, as_table

if TYPE_CHECKING:
    from shared.operations.checks import Check


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(check)


def check(services: Some = None, as_data: AsJson = False) -> None:
    """Look whether everything is there: settings, broker, topics, rights, database, indexes, token keys.

    Reads the same environment as the services do (see shared/settings.py) and acts with the rights it names: with
    those of one service, name that one. `python -m services check` does the same in a service's own image.
    """
    found = asyncio.run(_all(chosen(services)))
    if as_data:
        as_json({service: [asdict(check) for check in checks] for service, checks in found.items()})
    else:
        rows = [
            (service, check.what, "fine" if check.fine else "WRONG", check.found, "" if check.fine else check.remedy)
            for service, checks in found.items()
            for check in checks
        ]
        as_table("Check", ["service", "what", "", "found", "what to do"], rows)
    if not all(check.fine for checks in found.values() for check in checks):
        raise typer.Exit(1)


async def _all(names: list[str]) -> dict[str, "list[Check]"]:
    from deploy.services import SERVICES
    from shared.operations.checks import check_service
    from shared.settings import from_environment

    settings = from_environment()
    return {service.name: await check_service(service, settings) for service in SERVICES if service.name in names}
