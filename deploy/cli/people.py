"""People: taken in from a file, told what is known of them, forgotten."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.answers import Failed
from deploy.cli.asking import Installation, ServiceName
from deploy.cli.flow import POLL
from deploy.cli.showing import AsJson
from deploy.terminal import console, progress, table

Employee = Annotated[
    str,
    typer.Option(
        prompt="Employee number",
        show_default=False,
        help="The employee number; asked for when it is left out, so that it does not stay in the shell's history.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command("import")(import_people)
    app.command()(export)
    app.command()(erase)


def import_people(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV.", show_default=False)],
    programme: Annotated[str, typer.Option(help="The programme's id.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_data: AsJson = False,
) -> None:
    """Take people into a programme. Good rows go in; the others are listed with what is expected instead.

    A missing column or an empty cell says nothing: what is known stays. A cell with nothing but a dash (-) takes back
    what may be left out: “manager_employee_id” with a dash says that somebody reports to nobody.

    The same file twice changes nothing. Needs the role manager.
    """
    with file.open("rb") as body:
        steps = context.obj.follow(
            "registration",
            "POST",
            f"/programmes/{programme}/import",
            "manager",
            content=body,
            headers={"Content-Type": "text/csv"},
            params={"dry_run": dry_run},
            timeout=None,
        )
        report = _reported(steps, file.name)
    if as_data:
        console.data(report)
    else:
        _told(report)
    if report["refused"]:
        raise typer.Exit(1)


def _reported(steps: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    """The report, shown how far it is until that comes; raises Failed when it never does."""
    rows = 0
    with progress() as bar:
        task = bar.add_task(f"Reading {name}", total=100)
        for step in steps:
            if "report" in step:
                bar.update(task, completed=100)
                report: dict[str, Any] = step["report"]
                return report
            if "failed" in step:
                raise Failed(step["failed"])
            rows = step["progress"]["rows"]
            bar.update(task, completed=int(100 * step["progress"]["part"]), description=f"{name}: {rows} rows")
    raise Failed(f"It broke off after {rows} rows. What was imported stays: give the same file again.")


def _told(report: dict[str, Any]) -> None:
    done = "would be " if report["dry_run"] else ""
    counts = ("imported", "changed", "unchanged", "refused")
    told = ", ".join(f"{report[name]} {done}{name}" for name in counts)
    console.say(f"{report['rows']} rows: {told}.")
    if report["ignored_columns"]:
        console.say(f"Columns nobody reads: {', '.join(report['ignored_columns'])}.")
    if report["errors"]:
        rows = [(each["line"], each["column"], each["value"], each["expected"]) for each in report["errors"]]
        console.show(table("What was refused", ["line", "column", "value", "expected"], rows))
    if report["errors_left_out"]:
        console.say(f"… and {report['errors_left_out']} more.")
    if report["notes"]:
        notes = [(each["line"], each["column"], each["value"], each["reason"]) for each in report["notes"]]
        console.show(table("What was not taken of rows that went in", ["line", "column", "value", "why"], notes))
    if report["notes_left_out"]:
        console.say(f"… and {report['notes_left_out']} more.")


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to; must not exist yet.", show_default=False)],
    employee: Employee,
) -> None:
    """Write down what all services know about a person, as JSON that only you can read.

    What they answered in confidence, ratings and comments, is not in it: they export that themselves.
    """
    parts = {
        service.value: context.obj.ask(service.value, "POST", "/people/export", json={"employee_id": employee})
        for service in ServiceName
    }
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
            json.dump(parts, kept, indent=2, ensure_ascii=False)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    console.say(f"Written to {file}.")


def erase(
    context: typer.Context,
    employee: Employee,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until every service has confirmed.")] = True,
    as_data: AsJson = False,
) -> None:
    """Forget a person in every service, for good. It is finished even if a service is away for a day."""
    if not yes:
        typer.confirm("Everything about this person goes, and nothing brings it back. Go on?", abort=True, err=True)
    erasure = context.obj.ask("registration", "POST", "/people/erase", json={"employee_id": employee})
    if wait:
        erasure = _confirmed(context.obj, erasure)
    if as_data:
        console.data(erasure)
    elif erasure["waiting_for"]:
        console.say(f"Begun as {erasure['erasure_id']}; waiting for {', '.join(erasure['waiting_for'])}.")
    else:
        console.say(f"Done. The receipt is {erasure['erasure_id']}; they took part {erasure['participations']} times.")


def _confirmed(installation: Installation, erasure: dict[str, Any]) -> dict[str, Any]:
    """Follow it until nobody is waited for; Ctrl-C only ends the waiting."""
    with progress() as bar:
        task = bar.add_task("Forgetting", total=len(ServiceName))
        while erasure["waiting_for"]:
            bar.update(task, completed=len(ServiceName) - len(erasure["waiting_for"]))
            time.sleep(POLL)
            erasure = installation.ask("registration", "GET", f"/erasures/{erasure['erasure_id']}")
        bar.update(task, completed=len(ServiceName))
    return erasure
