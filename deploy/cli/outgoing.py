"""What registration sends to others and could not: looked at, sent again, or withdrawn."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import typer

from deploy.cli.asking import Installation
from deploy.cli.each import each_one, told
from deploy.cli.showing import AsJson
from deploy.terminal import console, figures, table

SERVICE = "registration"
MOST = 500

Id = Annotated[str, typer.Argument(metavar="ID", help="As list shows it.", show_default=False)]
Ids = Annotated[list[str] | None, typer.Argument(help="As list shows them.", show_default=False)]
GivenUp = Annotated[bool, typer.Option("--given-up", help="Those that were given up instead.")]
All = Annotated[bool, typer.Option("--all", help="All that were given up.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@dataclass(frozen=True)
class Outgoing:
    """One kind of it: what people call it, and what services do. ``shown`` are the columns of its table."""

    name: str
    path: str
    help: str
    shown: tuple[str, ...]

    def commands(self) -> typer.Typer:
        """list, show, retry and drop."""
        app = typer.Typer(no_args_is_help=True, help=self.help)
        app.command("list")(self._list)
        app.command("show")(self._show)
        app.command("retry")(self._retry)
        app.command("drop")(self._drop)
        return app

    def _list(self, context: typer.Context, given_up: GivenUp = False, as_data: AsJson = False) -> None:
        """What is to go now or was not taken yet, the oldest first."""
        part = "given-up" if given_up else "waiting"
        found = context.obj.ask(SERVICE, "GET", self.path, params={"part": part, "limit": MOST})
        if as_data:
            console.data(found)
            return
        rows = [[each[column] for column in self.shown] for each in found[self.name]]
        if not rows:
            console.say("There are none.")
            return
        console.show(table(self.name.capitalize(), self.shown, rows))
        if found["total"] > len(rows):
            console.say(f"There are {found['total']}; the first {len(rows)} are shown.")

    def _show(self, context: typer.Context, identity: Id, as_data: AsJson = False) -> None:
        """One of them: what has become of it, and nothing of what it says."""
        found = context.obj.ask(SERVICE, "GET", f"{self.path}/{quote(identity, safe='')}")
        if as_data:
            console.data(found)
        else:
            console.show(figures(identity, found.items()))

    def _retry(self, context: typer.Context, ids: Ids = None, every: All = False, as_data: AsJson = False) -> None:
        """Let what was given up wait again, after what was wrong has been mended."""
        wanted = self._wanted(context.obj, ids, every)
        told(self.name.capitalize(), each_one(context.obj, SERVICE, self.path, wanted, "retry"), as_data)

    def _drop(
        self, context: typer.Context, ids: Ids = None, every: All = False, yes: Yes = False, as_data: AsJson = False
    ) -> None:
        """Withdraw it: it is never sent."""
        wanted = self._wanted(context.obj, ids, every)
        if not yes:
            typer.confirm(f"Withdraw {len(wanted)}?", abort=True, err=True)
        told(self.name.capitalize(), each_one(context.obj, SERVICE, self.path, wanted, "drop"), as_data)

    def _wanted(self, installation: Installation, ids: list[str] | None, every: bool) -> list[str]:
        if bool(ids) == every:
            raise typer.BadParameter("name some, or say --all")
        if ids:
            return ids
        found: list[dict[str, Any]] = installation.all(SERVICE, self.path, params={"part": "given-up"})
        return [each["id"] for each in found]


LETTERS = Outgoing(
    "letters",
    "/operations/letters",
    "Letters to people that wait or were given up: list, show, retry or drop them. Nobody's name, address or words are "
    "shown.",
    ("id", "state", "because", "to_go_at", "tried_at", "attempts", "answer"),
)

WEBHOOKS = Outgoing(
    "webhooks",
    "/operations/webhooks",
    "Webhooks that wait or were given up: list, show, retry or drop them. retry also tries an endpoint again that "
    "has said it is there no more (410).",
    ("id", "endpoint", "kind", "state", "because", "happened_at", "attempts", "answer"),
)
