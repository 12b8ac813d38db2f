"""How what the command line shows is asked for, and read."""

from datetime import timedelta
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


def lasting(seconds: float) -> str:
    """How long that is, to read."""
    return str(timedelta(seconds=round(seconds)))
