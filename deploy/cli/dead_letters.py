"""What could not be dealt with: looked at, tried again, or given up."""

from typing import Annotated, Any

import typer

from deploy.cli.asking import CannotAsk, Failed, Installation, ServiceName
from deploy.cli.flow import Some, chosen
from deploy.cli.showing import AsJson, as_json, as_table, aside, console, progress

PATH = "/operations/dead-letters"
MOST = 1000
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
    found = {service: _ask_all(context.obj, service, settled) for service in chosen(services)}
    if as_data:
        as_json(found)
        return
    rows = [
        (service, each["id"][:SHORT], each["at"], each["stream"], each["type"], each["reason"], each["settled"])
        for service, answer in found.items()
        for each in answer["dead_letters"]
    ]
    as_table("Dead letters", ["service", "id", "at", "stream", "type", "reason", "settled"], rows)
    for service, answer in found.items():
        if answer["total"] > len(answer["dead_letters"]):
            console.print(f"{service} has {answer['total']}; the first {len(answer['dead_letters'])} are shown.")


@app.command()
def show(context: typer.Context, service: One, identity: Id, as_data: AsJson = False) -> None:
    """One of them with its headers and its body, byte for byte."""
    (found,) = _found(context.obj, service.value, [identity])
    letter = context.obj.ask(service.value, "GET", f"{PATH}/{found}")
    if as_data:
        as_json(letter)
        return
    apart = ("headers", "body", "body_base64")
    as_table(f"Dead letter of {service.value}", ["", ""], [(k, v) for k, v in letter.items() if k not in apart])
    as_table("Headers", ["name", "value"], letter["headers"])
    console.print(letter["body"] or letter.get("body_base64") or "(no body)", markup=False, highlight=False)


@app.command()
def retry(context: typer.Context, service: One, ids: Ids = None, every: All = False, as_data: AsJson = False) -> None:
    """Let the service try again, after what was wrong has been mended."""
    wanted = _wanted(context.obj, service.value, ids, every)
    outcomes = _each(context.obj, service.value, wanted, "retry")
    _told(service.value, outcomes, as_data)
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
    _told(service.value, _each(context.obj, service.value, wanted, "drop"), as_data)


def _ask_all(installation: Installation, service: str, settled: bool = False) -> Any:
    return installation.ask(service, "GET", PATH, params={"settled": settled, "limit": MOST})


def _wanted(installation: Installation, service: str, ids: list[str] | None, every: bool) -> list[str]:
    if bool(ids) == every:
        raise typer.BadParameter("name some, or say --all")
    if ids:
        return _found(installation, service, ids)
    return [each["id"] for each in _ask_all(installation, service)["dead_letters"]]


def _found(installation: Installation, service: str, ids: list[str]) -> list[str]:
    """The whole ids of those that begin so; raises Failed unless each names exactly one."""
    answers = [_ask_all(installation, service, settled) for settled in (False, True)]
    known = [each["id"] for answer in answers for each in answer["dead_letters"]]
    whole = []
    for short in ids:
        match = [each for each in known if each.startswith(short)]
        if len(match) != 1:
            raise Failed(f"{len(match)} dead letters of {service} begin with «{short}»: see `dead-letters list`.")
        whole += match
    return whole


def _each(installation: Installation, service: str, wanted: list[str], what: str) -> list[dict[str, Any]]:
    """Do it to one after the other; one that is refused does not keep the others from it."""
    outcomes = []
    with progress() as bar:
        for identity in bar.track(wanted, description=f"{what} in {service}"):
            try:
                answer = installation.ask(service, "POST", f"{PATH}/{identity}/{what}")
            except CannotAsk:
                raise
            except Failed as failed:
                answer = {"outcome": "refused", "reason": str(failed)}
            outcomes.append({"id": identity, **answer})
    return outcomes


def _told(service: str, outcomes: list[dict[str, Any]], as_data: bool) -> None:
    if as_data:
        as_json(outcomes)
    else:
        rows = [(each["id"][:SHORT], each["outcome"], each.get("reason")) for each in outcomes]
        as_table(f"Dead letters of {service}", ["id", "outcome", "reason"], rows)
    if any(each["outcome"] == "refused" for each in outcomes):
        aside.print("What was refused stays as it was.")
        raise typer.Exit(1)
