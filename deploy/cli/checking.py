"""Whether an installation has what the services need: each thing, what was found, and the remedy."""

import asyncio
import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import typer

from deploy.cli.answers import Failed
from deploy.cli.asking import Installation
from deploy.cli.flow import Some, chosen
from deploy.cli.showing import AsJson
from deploy.local.demo.claim import Running
from deploy.terminal import console, table

if TYPE_CHECKING:
    from shared.operations.checks import Check
    from shared.settings import Settings


NOT_IN_THE_DEMO = ("Kafka topics", "Kafka group")


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(check)


def check(context: typer.Context, services: Some = None, as_data: AsJson = False) -> None:
    """Look whether everything is there: settings, broker, topics, rights, database, indexes, token keys.

    Reads the same environment as the services do (see shared/settings.py) and acts with the rights it names: with
    those of one service, name that one. Where the environment names nothing, it is the demo that runs here that is
    checked. `python -m services check` does the same in a service's own image.
    """
    settings, demo = _settings(context.obj)
    found = asyncio.run(_all(chosen(services), settings))
    if demo and demo.kafka:
        found = {service: [_in_the_demo(check) for check in checks] for service, checks in found.items()}
    if as_data:
        console.data({service: [asdict(check) for check in checks] for service, checks in found.items()})
    else:
        rows = [
            (service, check.what, "fine" if check.fine else "WRONG", check.found, "" if check.fine else check.remedy)
            for service, checks in found.items()
            for check in checks
        ]
        whose = f"the demo at {demo.url}" if demo else "what the environment names"
        console.show(table(f"Check of {whose}", ["service", "what", "", "found", "what to do"], rows))
    if not all(check.fine for checks in found.values() for check in checks):
        raise typer.Exit(1)


def _in_the_demo(check: "Check") -> "Check":
    """Its own broker has topics and groups for whoever asks, and answers no question about them."""
    return replace(check, fine=True, found="made when asked for") if check.what in NOT_IN_THE_DEMO else check


def _settings(installation: Installation) -> tuple["Settings", Running | None]:
    """What is to be checked, and the demo if it is that; raises Failed when neither is there."""
    from pydantic import ValidationError

    from shared.settings import Settings, faults

    try:
        return Settings(), None
    except ValidationError as error:
        if installation.demo:
            return _of_demo(installation.demo), installation.demo
        lines = [f"  {name}: {what}" for name, what in faults(error)]
    raise Failed("\n".join(["No demo runs here, and the environment is not complete:", *lines]))


def _of_demo(demo: Running) -> "Settings":
    from deploy.local.stack import Backends, issuer_at, settings_for

    kafka = demo.kafka or os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    mongodb = demo.mongodb or os.environ.get("MONGODB_URL")
    if not kafka or not mongodb:
        raise Failed("The demo uses what KAFKA_BOOTSTRAP_SERVERS or MONGODB_URL named: set them here too.")
    found = Backends(kafka, mongodb, forgets=bool(demo.kafka))
    return settings_for(found, issuer_at(demo.url, demo.directory), demo.directory, demo.url)


async def _all(names: list[str], settings: "Settings") -> dict[str, "list[Check]"]:
    from deploy.services import SERVICES
    from shared.operations.checks import check_service

    return {service.name: await check_service(service, settings) for service in SERVICES if service.name in names}
