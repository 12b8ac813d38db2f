"""What the command line shows: tables for people, JSON for programs, progress beside both."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

console = Console()
aside = Console(stderr=True)
"""For progress and questions, so that what is shown can be piped."""

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


def as_json(data: Any) -> None:
    """For programs: one JSON document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def as_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """For people. Numbers stand to the right; what is None shows as a dash."""
    table = Table(*columns, title=title, title_justify="left")
    found = [list(row) for row in rows]
    for number, column in enumerate(table.columns):
        if found and all(isinstance(row[number], int | float) for row in found):
            column.justify = "right"
    for row in found:
        table.add_row(*(_cell(cell) for cell in row))
    console.print(table)


def _cell(value: Any) -> Text:
    """As it is: what comes from records must not be taken for markup."""
    return Text("–" if value is None else str(value))


def lasting(seconds: float) -> str:
    """How long that is, to read."""
    return str(timedelta(seconds=round(seconds)))


def progress() -> Progress:
    """A bar with numbers, beside what is shown."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=aside
    )
