"""``telemachus``: every command, and what they share."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.rich_utils import rich_format_error

from deploy.cli import checking, dead_letters, flow, machine, outgoing, people
from deploy.cli.answers import CannotAsk, Failed
from deploy.cli.asking import Installation
from deploy.local.demo.wish import STATE
from deploy.terminal import aside, write_everything
from shared.operations.printable import printable

app = typer.Typer(
    name="telemachus",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all is well, 1 something was refused or found wrong, 2 called wrongly, 3 could not ask.",
)
machine.add_to(app)
people.add_to(app)
checking.add_to(app)
flow.add_to(app)

app.add_typer(dead_letters.app, name="dead-letters")
for each in (outgoing.LETTERS, outgoing.WEBHOOKS):
    app.add_typer(each.commands(), name=each.name)


INTERRUPTED = 130


@app.callback()
def installation(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Option(
            envvar="TELEMACHUS_URL",
            help="Where the services are: /NAME is added, or it holds {service}, as in http://{service}:8000. "
            "Without it the demo that runs here.",
        ),
    ] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(
            envvar="TELEMACHUS_TOKEN_FILE",
            help="A file with a bearer token of your identity provider. Without it that of the demo that runs here.",
        ),
    ] = None,
) -> None:
    """Run and look after Telemachus.

    up and scenario run everything on this machine; serve takes a service's own environment (see shared/settings.py);
    everything else asks running services over HTTP, as somebody with the role operator (or manager, for people).

    The demo that runs here is that of this directory's .telemachus, or of the directory that STATE names.
    """
    state = Path(os.environ.get("STATE") or STATE).expanduser()
    context.obj = Installation(url, token_file, os.environ.get("TELEMACHUS_TOKEN", ""), state)


def main() -> None:
    """The command ``telemachus``; ends the process."""
    write_everything()
    sys.exit(_done())


def _done() -> int:
    """The exit code; whatever ends a command is told here, in sentences if it can be."""
    try:
        return int(app(prog_name="telemachus", standalone_mode=False) or 0)
    except Failed as failed:
        aside.say(str(failed))
        return failed.exit_code
    except TyperException as wrong:  # called wrongly: typer says how, and quotes what was said
        wrong.message = printable(wrong.message)
        rich_format_error(wrong)  # type: ignore[arg-type]
        return wrong.exit_code
    except typer.Abort:
        aside.say("Nothing was done.")
        return 1
    except ModuleNotFoundError as missing:
        aside.say(
            f"This command needs {missing.name}: install requirements/embedded.txt, or use a service's own image."
        )
        return CannotAsk.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        aside.say(traceback.format_exc())
        return 1
