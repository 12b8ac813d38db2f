"""``make up``: everything on this machine with a demo programme in it.

Environment: ``SCENARIO`` (which programme), ``ONCE=1`` (play it to its end, report, check the invariants, leave),
``PORT``, ``SEED``, ``STATE`` (the directory everything is kept in). The commands ``telemachus up`` and ``telemachus
scenario`` do the same.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.program import CannotStart
from deploy.local.scenario.checking.evidence import Evidence, gather_evidence
from deploy.local.scenario.checking.invariants import examine
from deploy.local.scenario.checking.report import as_panels, collect
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, SCENARIOS, generate
from deploy.local.scenario.playing.gateway import Gateway
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.player import Player
from deploy.local.scenario.playing.stage import Stage
from deploy.local.stack import Backends, Stack, backends, running
from deploy.services import SERVICES
from shared.language.terms import Role
from shared.telemetry.logs import configure_logs

SHOWN = 0.45
"""How much of the demo programme has passed when it is shown, so that there is something to see."""
console = Console()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to run. ``once``: play it to its end, report, check the invariants, and leave."""

    scenario: str = "bnp-uk"
    once: bool = False
    port: int = 8080
    seed: int = DEFAULT_SEED
    state: Path = Path(".telemachus")

    @property
    def directory(self) -> Path:
        """Where its data, keys and log are kept."""
        return self.state / (f"{self.scenario}-once" if self.once else self.scenario)


def main() -> int:
    """Runs what the environment asks for; 0 when all is well."""
    told = os.environ
    wish = Wish(
        scenario=told.get("SCENARIO") or "bnp-uk",
        once=bool(told.get("ONCE")),
        port=int(told.get("PORT") or 8080),
        seed=int(told.get("SEED") or DEFAULT_SEED),
        state=Path(told.get("STATE") or ".telemachus"),
    )
    return run(wish)


def run(wish: Wish) -> int:
    """Starts everything and stays until it is told to stop, or once the end is reached; 0 when all is well."""
    if wish.scenario not in SCENARIOS:
        console.print(f"There is no scenario «{wish.scenario}». There are: {', '.join(SCENARIOS)}.")
        return 2
    if wish.once:
        shutil.rmtree(wish.directory, ignore_errors=True)
    wish.directory.mkdir(parents=True, exist_ok=True)
    log = wish.directory / "telemachus.log"
    try:
        with log.open("a") as stream, ExitStack() as stack:
            configure_logs("INFO", stream)
            began = time.monotonic()
            console.print(f"Starting Kafka, MongoDB and {len(SERVICES)} services …")
            return asyncio.run(_run(wish, backends(wish.directory, stack), began))
    except CannotStart as problem:
        console.print(f"[bold]Telemachus cannot start.[/bold] {problem}\nThe log: {log}")
        return 1
    except KeyboardInterrupt:  # before the services were there to be told
        console.print("Stopped.")
        return 130


async def _run(wish: Wish, found: Backends, began: float) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(wish.directory, wish.port, found) as stack:
        console.print(f"The page is up at {stack.url}/ and fills while the programme is being loaded.")
        playing = asyncio.create_task(_play(wish, stack))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            return 130
        sound = playing.result()
        if not wish.once:
            _where_to_look(stack, _tokens(wish, stack), time.monotonic() - began)
            await stop.wait()
            console.print("Stopping; everything is kept in", str(wish.directory))
        return 0 if sound else 1


async def _play(wish: Wish, stack: Stack) -> bool:
    """Load the programme and play it until today or to its end; False when an invariant is broken."""
    loaded = wish.directory / "loaded"
    if loaded.exists():
        return True
    scenario = generate(wish.scenario, wish.seed, _announced(wish, stack))
    columns = (TextColumn("{task.description:<48}"), BarColumn(), TimeElapsedColumn())
    async with Gateway(stack.urls, stack.issuer.token) as gateway:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("")
            stage = Stage(
                scenario=scenario,
                gateway=gateway,
                clock=stack.clock,
                progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
            )
            await opening(stage)
            player = Player(stage)
            await player.play_on(until=None if wish.once else datetime.now(UTC))
            report = await collect(stage)
            if wish.once:
                await player.end()
            bar.update(task, description="done", completed=1, total=1)
        if not wish.once:
            stack.clock.move_to(datetime.now(UTC))
            loaded.touch()
            return True
        findings = examine(await asyncio.to_thread(_evidence, stack))
        console.print(as_panels(report, findings))
        return all(finding.holds for finding in findings)


def _evidence(stack: Stack) -> Evidence:
    hears = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
    return gather_evidence(stack.backends.kafka, stack.backends.mongodb, hears)


def _announced(wish: Wish, stack: Stack) -> date:
    """The day the programme was announced; kept, so that a loading that was interrupted goes on where it was."""
    kept = wish.directory / "announced-on"
    if not kept.exists():
        now = datetime.now(UTC)
        terms = generate(wish.scenario, wish.seed, now.date()).terms
        announced = now - (terms.ends_on - terms.starts_on) * SHOWN
        stack.clock.move_to(announced)
        kept.write_text(announced.date().isoformat())
    return date.fromisoformat(kept.read_text())


def _tokens(wish: Wish, stack: Stack) -> Path:
    """A file with a bearer token for each demo persona, to try the interfaces with."""
    people = generate(wish.scenario, wish.seed, datetime.now(UTC).date()).people
    mentor, mentee = (next(p.employee_id for p in people if p.profile.role is role) for role in Role)
    personas = {
        "manager": ("", ["manager"], ["*"]),
        "operator": ("", ["operator"], ["*"]),
        "mentor": (mentor, ["participant"], []),
        "mentee": (mentee, ["participant"], []),
    }
    kept = wish.directory / "tokens"
    kept.mkdir(mode=0o700, exist_ok=True)
    for persona, (employee_id, roles, countries) in personas.items():
        (kept / persona).write_text(stack.issuer.token(employee_id, roles, countries))
    return kept


def _where_to_look(stack: Stack, tokens: Path, seconds: float) -> None:
    console.print(f"\n[bold]Telemachus is up[/bold] after {seconds:.0f} s. Sign in as a demo persona at\n")
    console.print(f"  {stack.url}/".ljust(48) + "the programme, live")
    for service in SERVICES:
        console.print(f"  {stack.url}/{service.name}/docs".ljust(48) + f"the interface of {service.name}")
    console.print("\n`.venv/bin/telemachus --help` looks after it: lag, dead letters, replays and more.")
    console.print(f"\nBearer tokens of demo personas, for twelve hours, are in {tokens}. For example:\n")
    console.print(
        f'  curl -H "Authorization: Bearer $(cat {tokens}/manager)" \\\n    {stack.url}/registration/programmes'
    )
    console.print("\nCtrl-C stops it. Nothing is lost; `make up` goes on where it was.")


if __name__ == "__main__":
    sys.exit(main())
