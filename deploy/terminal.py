"""The only way to the terminal: whatever is shown is made printable first, and never taken for markup.

Names, titles, files, messages of servers and of libraries come from outside: an escape sequence in one of them could
move the cursor, colour a refusal green or rename the window. A contract test finds any other way to print.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from typing_extensions import override

from shared.operations.printable import printable

ENDLESS = 100_000
"""Columns of what is no terminal: whoever reads it there wants a row on one line."""


def words(said: object, style: str = "") -> Text:
    """In one line, as it may stand in a table or a heading; what is None shows as a dash."""
    return Text("–" if said is None else printable(str(said)), style=style)


class Terminal(Console):
    """Where something is shown: on the standard output, or beside it."""

    def say(self, sentence: str, style: str = "", *, whole: bool = False) -> None:
        """A sentence, or lines of them. Wrapped to the terminal, unless it is to be copied as a ``whole`` or goes into
        a file or another program."""
        lines = Text("\n").join(words(line, style) for line in sentence.split("\n"))
        self.print(lines, soft_wrap=whole or not self.is_terminal)

    def show(self, shown: RenderableType) -> None:
        """A table or several; as wide as they are where this is no terminal."""
        if not self.is_terminal:
            self.width = Measurement.get(self, self.options.update(max_width=ENDLESS), shown).maximum
        self.print(shown)

    def data(self, data: Any) -> None:
        """For programs: one JSON document, which is harmless on a terminal too."""
        lines = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False).split("\n")
        self.file.write("".join(f"{printable(line)}\n" for line in lines))

    @override
    def render_str(self, text: str, **options: Any) -> Text:
        """What a table or panel was given without ``words``."""
        return words(text, str(options.get("style", "")))


console = Terminal()
aside = Terminal(stderr=True)
"""For progress and questions, so that what is shown can be piped."""


def write_everything() -> None:
    """What the terminal's encoding cannot show is spelled out; without this it would end the command."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Numbers stand to the right; what is None shows as a dash."""
    made = Table(*columns, title=words(title), title_justify="left")
    found = [list(row) for row in rows]
    for number, column in enumerate(made.columns):
        if found and all(isinstance(row[number], int | float) for row in found):
            column.justify = "right"
    for row in found:
        made.add_row(*map(words, row))
    return made


def figures(title: str, found: Iterable[tuple[str, Any]]) -> Table:
    """A name and a figure a line, without a frame."""
    made = Table(
        title=words(title), title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 1)
    )
    made.add_column()
    made.add_column(justify="right")
    for what, figure in found:
        made.add_row(words(what), words(figure))
    return made


def framed(title: str, subtitle: str, *shown: RenderableType) -> Panel:
    """These beneath each other in a frame."""
    return Panel(Group(*shown), title=words(title), subtitle=words(subtitle), padding=(1, 2))


class _Described(TextColumn):
    """What a bar is about."""

    @override
    def render(self, task: Task) -> Text:
        return words(task.description)


def progress(*, counted: bool = True, width: int = 0, beside: Terminal = aside) -> Progress:
    """A bar with what it is about, in ``width`` columns at least, and with numbers where they are ``counted``."""
    described = _Described("", table_column=None)
    described.get_table_column().min_width = width or None
    numbers = (MofNCompleteColumn(),) if counted else ()
    return Progress(described, BarColumn(), *numbers, TimeElapsedColumn(), console=beside)
