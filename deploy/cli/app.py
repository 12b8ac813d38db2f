"""``telemachus``: every command, and what they share."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from deploy.cli import checking, dead_letters, flow, machine, people
from deploy.cli.asking import CannotAsk, Failed, Installation
from deploy.cli.showing import aside

app = typer.Typer(
    name="telemachus",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all is well, 1 something was refused or found wrong, 2 called wrongly, 3 could not ask.",
)
machine.add_to(app)
people.add_to(app)
checking.add_to(app)
flow.add_to(app)

app.add_typer(dead_letters.app, name="dead-letters")


@app.callback()
def installation(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Option(
            envvar="TELEMACHUS_URL",
            help="Where the services are: /NAME is added, or it holds {service}, as in http://{service}:8000.",
        ),
    ] = "http://127.0.0.1:8080",
    token_file: Annotated[
        Path | None,
        typer.Option(
            envvar="TELEMACHUS_TOKEN_FILE",
            help="A file with a bearer token of your identity provider. Without it that of the demo on this machine.",
        ),
    ] = None,
) -> None:
    """Run and look after Telemachus.

    up and scenario run everything on this machine; serve and check take a service's own environment (see
    shared/settings.py); everything else asks running services over HTTP, as somebody with the role operator
    (or manager, for people).
    """
    context.obj = Installation(url, token_file, os.environ.get("TELEMACHUS_TOKEN", ""))


def main() -> None:
    """The command ``telemachus``."""
    try:
        app()
    except Failed as failed:
        aside.print(Text(str(failed)))
        sys.exit(failed.exit_code)
    except ModuleNotFoundError as missing:
        told = f"This command needs {missing.name}: install requirements/embedded.txt, or use a service's own image."
        aside.print(Text(told))
        sys.exit(CannotAsk.exit_code)
