"""What could not be dealt with: looked at, tried again, or given up."""

from typing import Annotated, Any

import typer

from deploy.cli.answers import Failed
from deploy.cli.asking import Installation, ServiceName
from deploy.cli.each import each_one, told
from deploy.cli.flow import Some, chosen
from deploy.cli.showing import AsJson
from deploy.terminal import console, table

PATH = "/operations/dead-letters"
MOST = 500
SHORT = 17
"""Letters of an id that are shown; whatever names one letter alone is understood."""

app = typer.Typer(
    no_args_is_help=True,
    help="What a service could not deal with: list, show, retry or drop it. A dead letter holds up the later events "
    "of its own subject in that service, and nothing else.",
)

One = Annotated[ServiceName, typer.Argument(help="The service that could not deal with it.", show_default=False)]
Id = Annotated[str, typer.Argument(metavar="ID", help="As list shows it, or its beginning.", show_default=False)]
Ids = Annotated[list[str] | None, typer.Argument(help="As list shows it, or its beginning.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="All that are open.")]


@app.command("list")
def list_them(
    context: typer.Context,
    services: Some = None,
    settled: Annotated[bool, typer.Option("--settled", help="Those that were retried or dropped instead.")] = False,
    as_data: AsJson = False,
) -> None:
    """What is open, the oldest first."""
    found = {service: _ask(context.obj, service, settled) for service in chosen(services)}
    if as_data:
        console.data(found)
        return
    rows = [
        (service, each["id"][:SHORT], each["at"], each["stream"], each["type"], each["reason"], each["settled"])
        for service, answer in found.items()
        for each in answer["dead_letters"]
    ]
    if not rows:
        console.say("There are none.")
        return
    console.show(table("Dead letters", ["service", "id", "at", "stream", "type", "reason", "settled"], rows))
    for service, answer in found.items():
        for died in answer["died"]:
            console.say(_in_common(service, died))
        if answer["total"] > len(answer["dead_letters"]):
            console.say(f"{service} has {answer['total']}; the first {len(answer['dead_letters'])} are shown.")


@app.command()
def show(context: typer.Context, service: One, identity: Id, as_data: AsJson = False) -> None:
    """One of them with its headers and its body, byte for byte."""
    (found,) = _found(context.obj, service.value, [identity])
    letter = context.obj.ask(service.value, "GET", f"{PATH}/{found}")
    if as_data:
        console.data(letter)
        return
    apart = ("headers", "body", "body_base64")
    console.show(
        table(f"Dead letter of {service.value}", ["", ""], [(k, v) for k, v in letter.items() if k not in apart])
    )
    console.show(table("Headers", ["name", "value"], letter["headers"]))
    console.say(letter["body"] or letter.get("body_base64") or "(no body)")


@app.command()
def retry(context: typer.Context, service: One, ids: Ids = None, every: All = False, as_data: AsJson = False) -> None:
    """Let the service try again, after what was wrong has been mended."""
    wanted = _wanted(context.obj, service.value, ids, every)
    outcomes = each_one(context.obj, service.value, PATH, wanted, "retry")
    told(f"Dead letters of {service.value}", _short(outcomes, as_data), as_data)
    if any(outcome["outcome"] == "dead-letter" for outcome in outcomes):
        raise Failed("Some could still not be dealt with: `telemachus dead-letters show` says why.")


@app.command()
def drop(
    context: typer.Context,
    service: One,
    ids: Ids = None,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_data: AsJson = False,
) -> None:
    """Give it up: the service goes on as if it had dealt with it. What it said is lost to that service."""
    wanted = _wanted(context.obj, service.value, ids, every)
    if not yes:
        typer.confirm(f"Give up {len(wanted)} of {service.value}?", abort=True, err=True)
    outcomes = each_one(context.obj, service.value, PATH, wanted, "drop")
    told(f"Dead letters of {service.value}", _short(outcomes, as_data), as_data)


def _in_common(service: str, died: dict[str, Any]) -> str:
    """Whose poison it is: one subject's, or many's."""
    of = f"subject {died['subject']}" if died["subject"] else f"{died['subjects']} subjects"
    what = f"{died['letters']} of {died['type'] or 'no event'} on {died['stream']}"
    return f"{service}: {what}, from {died['source']}, of {of}"


def _ask(installation: Installation, service: str, settled: bool) -> Any:
    return installation.ask(service, "GET", PATH, params={"settled": settled, "limit": MOST})


def _ids(installation: Installation, service: str, settled: bool = False) -> list[str]:
    """Of all of them."""
    return [each["id"] for each in installation.all(service, PATH, params={"settled": settled})]


def _wanted(installation: Installation, service: str, ids: list[str] | None, every: bool) -> list[str]:
    if bool(ids) == every:
        raise typer.BadParameter("name some, or say --all")
    if ids:
        return _found(installation, service, ids)
    return _ids(installation, service)


def _found(installation: Installation, service: str, ids: list[str]) -> list[str]:
    """The whole ids of those that begin so; raises Failed unless each names exactly one."""
    known = [identity for settled in (False, True) for identity in _ids(installation, service, settled)]
    whole = []
    for short in ids:
        match = [each for each in known if each.startswith(short)]
        if len(match) != 1:
            raise Failed(f"{len(match)} dead letters of {service} begin with “{short}”: see `dead-letters list`.")
        whole += match
    return whole


def _short(outcomes: list[dict[str, Any]], as_data: bool) -> list[dict[str, Any]]:
    """As people are shown them."""
    return outcomes if as_data else [each | {"id": each["id"][:SHORT]} for each in outcomes]
