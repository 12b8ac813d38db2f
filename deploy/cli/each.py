"""What is done to many, one after the other, and what became of each."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import typer

from deploy.cli.answers import CannotAsk, Failed
from deploy.cli.asking import Installation
from deploy.terminal import aside, console, progress, table


def each_one(
    installation: Installation, service: str, path: str, wanted: Sequence[str], what: str
) -> list[dict[str, Any]]:
    """Do it to one after the other; one that is refused does not keep the others from it."""
    outcomes = []
    with progress() as bar:
        for identity in bar.track(wanted, description=f"{what} in {service}"):
            try:
                answer = installation.ask(service, "POST", f"{path}/{quote(identity, safe='')}/{what}")
            except CannotAsk:
                raise
            except Failed as failed:
                answer = {"outcome": "refused", "reason": str(failed)}
            outcomes.append({"id": identity, **answer})
    return outcomes


def told(title: str, outcomes: Sequence[dict[str, Any]], as_data: bool) -> None:
    """Show what became of them; ends with 1 when one was refused."""
    if as_data:
        console.data(outcomes)
    else:
        rows = [(each["id"], each["outcome"], each.get("reason")) for each in outcomes]
        console.show(table(title, ["id", "outcome", "reason"], rows))
    if any(each["outcome"] == "refused" for each in outcomes):
        aside.say("What was refused stays as it was.")
        raise typer.Exit(1)
