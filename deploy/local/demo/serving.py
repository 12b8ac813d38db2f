"""The demo programme while it runs: loaded, shown, or played to its end."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NoReturn

from deploy.local.demo.stopping import Stopping
from deploy.local.demo.telling import telling_how_far, where_to_look
from deploy.local.demo.wish import Wish
from deploy.local.issuer import LIFETIME
from deploy.local.kept import keep, kept
from deploy.local.personas import Persona, personas
from deploy.local.program import BrokeOff
from deploy.local.scenario.checking.evidence import Evidence, gather_evidence
from deploy.local.scenario.checking.invariants import examine
from deploy.local.scenario.checking.report import as_panels, collect
from deploy.local.scenario.drawing.generator import generate
from deploy.local.scenario.playing.clicking import Clicker
from deploy.local.scenario.playing.gateway import Away, Gateway, Unexpected
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.player import Unhurried
from deploy.local.scenario.playing.post import Post
from deploy.local.scenario.playing.settle import Stuck
from deploy.local.scenario.playing.stage import Stage
from deploy.local.stack import Backends, Stack, running
from deploy.services import SERVICES
from deploy.terminal import console

SHOWN = 0.45
"""How much of the demo programme has passed when it is shown, so that there is something to see."""
LOOK_SECONDS = 1.0


def serve(wish: Wish, found: Backends, stopping: Stopping) -> int:
    """Runs it on that broker and database; 0 when all is well, also when it was stopped after it was up.

    Raises CannotStart, and BrokeOff when something it needs has ended.
    """
    return asyncio.run(_Demo(wish, found).run(stopping))


class _Demo:
    def __init__(self, wish: Wish, found: Backends) -> None:
        self._wish, self._found = wish, found
        self._began = time.monotonic()
        self._up = False

    async def run(self, stopping: Stopping) -> int:
        working = asyncio.create_task(self._work())
        others = {asyncio.create_task(stopping.asked(self._at_once)), asyncio.create_task(self._watch())}
        try:
            await asyncio.wait({working, *others}, return_when=asyncio.FIRST_COMPLETED)
            for other in others:
                if other.done():
                    other.result()
            if working.done():
                return working.result()
            console.say("Stopping … (once more: at once)")
            return 0 if self._up else stopping.exit_code
        finally:
            for task in (working, *others):
                task.cancel()
            await asyncio.gather(working, *others, return_exceptions=True)

    def _at_once(self) -> None:
        console.say("Ending at once; what was decided is kept.")
        self._found.close()

    async def _watch(self) -> NoReturn:
        """Raises BrokeOff once the database has ended."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if why := self._found.ended():
                raise BrokeOff(why)

    async def _work(self) -> int:
        scenario = generate(self._wish.scenario, self._wish.seed, datetime.now(UTC).date())
        people, post = personas(scenario.people), Post(scenario) if scenario.clicks else None
        readers = [post] if post else []
        async with running(self._wish.directory, self._wish.port, self._found, people, readers) as stack:
            if not self._wish.loaded.exists():
                console.say(f"The page is up at {stack.url}/ and fills while the programme is being loaded.")
            tokens = asyncio.create_task(self._tokens(stack, people))
            try:
                sound = await self._play(stack, post)
                if not self._wish.once:
                    self._up = True
                    where_to_look(self._wish, [service.name for service in SERVICES], time.monotonic() - self._began)
                    await tokens
            finally:
                tokens.cancel()
        return 0 if sound else 1

    async def _tokens(self, stack: Stack, people: Sequence[Persona]) -> None:
        """A file with a bearer token for each demo persona, to try the interfaces with; made anew in good time."""
        while True:
            for persona in people:
                token = stack.issuer.token(persona.employee_id, persona.roles, persona.countries)
                keep(self._wish.tokens / persona.key, token)
            await asyncio.sleep(LIFETIME / 2)

    async def _play(self, stack: Stack, post: Post | None) -> bool:
        """Load the programme and play it until today or to its end; False when an invariant is broken."""
        if self._wish.loaded.exists():
            return True
        try:
            return await self._play_on(stack, post)
        except (Unexpected, Away, Stuck) as problem:
            raise BrokeOff(f"The programme broke off: {problem}") from problem

    async def _play_on(self, stack: Stack, post: Post | None) -> bool:
        wish = self._wish
        scenario = generate(wish.scenario, wish.seed, self._announced(stack))
        async with Gateway(stack.urls, stack.issuer.token) as gateway:
            with telling_how_far() as tell:
                stage = Stage(scenario=scenario, gateway=gateway, clock=stack.clock, progress=tell)
                await opening(stage)
                player = Clicker(stage, post) if post else Unhurried(stage)
                await player.play_on(until=None if wish.once else datetime.now(UTC))
                report = await collect(stage)
                if wish.once:
                    await player.end()
                tell("done", 1, 1)
            if not wish.once:
                stack.clock.move_to(datetime.now(UTC))
                wish.loaded.touch()
                return True
            findings = examine(await asyncio.to_thread(self._evidence))
            console.show(as_panels(report, findings))
            return all(finding.holds for finding in findings)

    def _evidence(self) -> Evidence:
        hears = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
        return gather_evidence(self._found.kafka, self._found.mongodb, hears, with_letters=True)

    def _announced(self, stack: Stack) -> date:
        """The day the programme was announced; kept, so that a loading that was interrupted goes on where it was."""

        def announce() -> str:
            now = datetime.now(UTC)
            terms = generate(self._wish.scenario, self._wish.seed, now.date()).terms
            announced = now - (terms.ends_on - terms.starts_on) * SHOWN
            stack.clock.move_to(announced)
            return announced.date().isoformat()

        return date.fromisoformat(kept(self._wish.directory / "announced-on", announce))
