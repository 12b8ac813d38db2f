"""People: taken in from a file, told what is known of them, forgotten."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.asking import Failed, Installation, ServiceName
from deploy.cli.flow import POLL
from deploy.cli.showing import AsJson, as_json, as_table, console, progress

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

    The same file twice changes nothing. Needs the role manager.
    """
    with file.open("rb") as body:
        steps = context.obj.follow(
            "registration",
            "POST",
            f"/programmes/{programme}/import",
            "manager",
            content=body,
            headers={"Content-Type": "text/csv; charset=utf-8"},
            params={"dry_run": dry_run},
            timeout=None,
        )
        report = _reported(steps, file.name)
    if as_data:
        as_json(report)
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
    console.print(f"{report['rows']} rows: {told}.", soft_wrap=True)
    if report["ignored_columns"]:
        console.print(f"Columns nobody reads: {', '.join(report['ignored_columns'])}.", markup=False)
    if report["errors"]:
        rows = [(each["line"], each["column"], each["value"], each["expected"]) for each in report["errors"]]
        as_table("What was refused", ["line", "column", "value", "expected"], rows)
    if report["errors_left_out"]:
        console.print(f"… and {report['errors_left_out']} more.")


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to; must not exist yet.", show_default=False)],
    employee: Employee,
) -> None:
    """Write down everything all services know about a person, as JSON that only you can read."""
    parts = {
        service.value: context.obj.ask(service.value, "POST", "/people/export", json={"employee_id": employee})
        for service in ServiceName
    }
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
            json.dump(parts, kept, indent=2, ensure_ascii=False)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    console.print(f"Written to {file}.", markup=False)


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
        as_json(erasure)
    elif erasure["waiting_for"]:
        console.print(f"Begun as {erasure['erasure_id']}; waiting for {', '.join(erasure['waiting_for'])}.")
    else:
        console.print(
            f"Done. The receipt is {erasure['erasure_id']}; they took part {erasure['participations']} times."
        )


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
