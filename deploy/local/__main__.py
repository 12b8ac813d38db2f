"""``make up``: everything on this machine with a demo programme in it.

Environment: ``SCENARIO`` (which programme), ``ONCE=1`` (play it to its end, report, check the invariants, leave),
``PORT``, ``SEED``, ``STATE`` (the directory everything is kept in).
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.program import CannotStart
from deploy.local.scenario.evidence import Evidence, gather_evidence
from deploy.local.scenario.gateway import Gateway
from deploy.local.scenario.generator import DEFAULT_SEED, SCENARIOS, generate
from deploy.local.scenario.invariants import examine
from deploy.local.scenario.opening import opening
from deploy.local.scenario.player import Player
from deploy.local.scenario.report import as_panels, collect
from deploy.local.scenario.stage import Stage
from deploy.local.stack import Backends, Stack, backends, running
from deploy.services import SERVICES
from shared.logs import configure_logs
from shared.programme import Role

SHOWN = 0.45
"""How much of the demo programme has passed when it is shown, so that there is something to see."""
console = Console()


def main() -> int:
    """Runs what the environment asks for; 0 when all is well."""
    name, once = os.environ.get("SCENARIO") or "bnp-uk", bool(os.environ.get("ONCE"))
    if name not in SCENARIOS:
        console.print(f"There is no scenario «{name}». There are: {', '.join(SCENARIOS)}.")
        return 2
    root = Path(os.environ.get("STATE") or ".telemachus")
    directory = root / (f"{name}-once" if once else name)
    if once:
        shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "telemachus.log"
    try:
        with log.open("a") as stream, ExitStack() as stack:
            configure_logs("INFO", stream)
            began = time.monotonic()
            console.print(f"Starting Kafka, MongoDB and {len(SERVICES)} services …")
            found = backends(directory, stack)
            return asyncio.run(_run(name, directory, found, once=once, began=began))
    except CannotStart as problem:
        console.print(f"[bold]Telemachus cannot start.[/bold] {problem}\nThe log: {log}")
        return 1
    except KeyboardInterrupt:  # before the services were there to be told
        console.print("Stopped.")
        return 130


async def _run(name: str, directory: Path, found: Backends, *, once: bool, began: float) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(directory, int(os.environ.get("PORT") or 8080), found) as stack:
        console.print(f"The page is up at {stack.url}/ and fills while the programme is being loaded.")
        playing = asyncio.create_task(_play(name, directory, stack, to_the_end=once))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            return 130
        sound = playing.result()
        if not once:
            _where_to_look(stack, _tokens(name, directory, stack), time.monotonic() - began)
            await stop.wait()
            console.print("Stopping; everything is kept in", str(directory))
        return 0 if sound else 1


async def _play(name: str, directory: Path, stack: Stack, *, to_the_end: bool) -> bool:
    """Load the programme and play it until today or to its end; False when an invariant is broken."""
    loaded = directory / "loaded"
    if loaded.exists():
        return True
    seed = int(os.environ.get("SEED") or DEFAULT_SEED)
    scenario = generate(name, seed, _announced(name, seed, directory, stack))
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
            await player.play_on(until=None if to_the_end else datetime.now(UTC))
            report = await collect(stage)
            if to_the_end:
                await player.end()
            bar.update(task, description="done", completed=1, total=1)
        if not to_the_end:
            stack.clock.move_to(datetime.now(UTC))
            loaded.touch()
            return True
        findings = examine(await asyncio.to_thread(_evidence, stack))
        console.print(as_panels(report, findings))
        return all(finding.holds for finding in findings)


def _evidence(stack: Stack) -> Evidence:
    hears = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
    return gather_evidence(stack.backends.kafka, stack.backends.mongodb, hears)


def _announced(name: str, seed: int, directory: Path, stack: Stack) -> date:
    """The day the programme was announced; kept, so that a loading that was interrupted goes on where it was."""
    kept = directory / "announced-on"
    if not kept.exists():
        now = datetime.now(UTC)
        terms = generate(name, seed, now.date()).terms
        announced = now - (terms.ends_on - terms.starts_on) * SHOWN
        stack.clock.move_to(announced)
        kept.write_text(announced.date().isoformat())
    return date.fromisoformat(kept.read_text())


def _tokens(name: str, directory: Path, stack: Stack) -> Path:
    """A file with a bearer token for each demo persona, to try the interfaces with."""
    people = generate(name, DEFAULT_SEED, datetime.now(UTC).date()).people
    mentor, mentee = (next(p.employee_id for p in people if p.profile.role is role) for role in Role)
    personas = {
        "manager": ("", ["manager"], ["*"]),
        "operator": ("", ["operator"], ["*"]),
        "mentor": (mentor, ["participant"], []),
        "mentee": (mentee, ["participant"], []),
    }
    kept = directory / "tokens"
    kept.mkdir(mode=0o700, exist_ok=True)
    for persona, (employee_id, roles, countries) in personas.items():
        (kept / persona).write_text(stack.issuer.token(employee_id, roles, countries))
    return kept


def _where_to_look(stack: Stack, tokens: Path, seconds: float) -> None:
    console.print(f"\n[bold]Telemachus is up[/bold] after {seconds:.0f} s. Sign in as a demo persona at\n")
    console.print(f"  {stack.url}/".ljust(48) + "the programme, live")
    for service in SERVICES:
        console.print(f"  {stack.url}/{service.name}/docs".ljust(48) + f"the interface of {service.name}")
    console.print(f"\nBearer tokens of demo personas, for twelve hours, are in {tokens}. For example:\n")
    console.print(
        f'  curl -H "Authorization: Bearer $(cat {tokens}/manager)" \\\n    {stack.url}/registration/programmes'
    )
    console.print("\nCtrl-C stops it. Nothing is lost; `make up` goes on where it was.")


if __name__ == "__main__":
    sys.exit(main())
