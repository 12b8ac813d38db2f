"""What whoever runs a demo programme is told."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.local.demo.wish import STATE, Wish
from deploy.terminal import console, progress

COLUMN = 46
WIDEST = 44
"""Columns for what is being done, so that the bar stays where it is on 80 of them."""


@contextmanager
def telling_how_far() -> Iterator[Callable[[str, int, int], None]]:
    """Shows what is being done and how far it is: as a bar, or where this is no terminal as a line every tenth."""
    if not console.is_terminal:
        yield _lines()
        return
    with progress(counted=False, width=WIDEST, beside=console) as bar:
        task = bar.add_task("")
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def _lines() -> Callable[[str, int, int], None]:
    told: set[tuple[int, int]] = set()

    def tell(what: str, done: int, of: int) -> None:
        if (tenth := (of, 10 * done // of)) not in told:
            told.add(tenth)
            console.say(f"  {what}")

    return tell


def where_to_look(wish: Wish, services: list[str], seconds: float) -> None:
    """Everything is up: what there is to see and to try."""
    console.say(f"\nTelemachus is up after {seconds:.0f} s.", "bold")
    console.say("Sign in as a demo persona at\n")
    for address, what in (
        (f"{wish.url}/", "the programme, live"),
        (f"{wish.url}/mailbox", "what the personas were written"),
        *((f"{wish.url}/{name}/docs", f"the interface of {name}") for name in services),
    ):
        console.say(f"  {address}".ljust(COLUMN) + what, whole=True)
    console.say(f"\n`{_here(wish)}.venv/bin/telemachus --help` looks after it: lag, dead letters, replays and more.")
    console.say("\nBearer tokens of demo personas, renewed as long as this runs, are in\n")
    console.say(f"  {wish.tokens}\n\nFor example:\n", whole=True)
    manager = shlex.quote(str(wish.tokens / "manager"))
    curl = f'  curl -H "Authorization: Bearer $(cat {manager})" \\\n    {wish.url}/registration/programmes'
    console.say(curl, whole=True)
    console.say("\nCtrl-C stops it. Nothing is lost; the same command goes on where it was.")


def _here(wish: Wish) -> str:
    return "" if wish.state == STATE else f"STATE={shlex.quote(str(wish.state))} "


def what_is_kept(wish: Wish) -> str:
    """What stays when it is stopped, and how to go on."""
    if wish.once:
        return f"Stopped before the programme's end. What there was is in {wish.directory}; the next time begins anew."
    kept = f"Stopped. Everything is kept in {wish.directory}; the same command goes on where it was"
    return f"{kept}." if wish.loaded.exists() else f"{kept}, and loads the rest."
