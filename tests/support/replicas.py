"""Services that come and go while a programme is played."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deploy.local.scenario.playing.stage import Stage
from tests.support.processes import Processes

DAYS = "days to go"
"""How the progress of a programme that has begun is told."""


@dataclass(frozen=True)
class Change:
    """What happens at that share of the programme's days: who starts, who takes whose place, who is stopped."""

    at: float
    start: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    stop: tuple[str, ...] = ()


class Fleet:
    """Carries out changes as the programme goes on; ``watch`` is the stage's progress."""

    def __init__(self, processes: Processes, changes: tuple[Change, ...]) -> None:
        self._processes = processes
        self._left = list(changes)
        self._doing: list[asyncio.Task[None]] = []
        self._urls: dict[str, str] = {}
        self._then: list[Callable[[], None]] = []
        self.done = 0
        """Changes that have been carried out."""

    def on(self, stage: Stage) -> Stage:
        """The stage, watched."""
        self._urls = stage.gateway.urls
        return Stage(scenario=stage.scenario, gateway=stage.gateway, clock=stage.clock, progress=self._watch)

    def _watch(self, what: str, done: int, of: int) -> None:
        """Between two days, when nobody asks for anything: addresses change now, processes meanwhile."""
        while self._then:
            self._then.pop()()
        if what.endswith(DAYS) and self._left and done / of >= self._left[0].at:
            self._begin(self._left.pop(0))

    def _begin(self, change: Change) -> None:
        for replica in change.stop:
            del self._urls[replica]
        self._urls.update({name: self._processes.url(replica) for name, replica in change.instead.items()})
        self._doing.append(asyncio.create_task(self._carry_out(change)))

    async def _carry_out(self, change: Change) -> None:
        for replica in change.start:
            self._processes.start(replica)
        if change.start:
            await asyncio.to_thread(self._processes.wait_until_ready, change.start)
            self._then.append(lambda: self._known(change.start))
        for replica in change.stop:
            await asyncio.to_thread(self._processes.stop, replica)
        self.done += 1

    def _known(self, replicas: tuple[str, ...]) -> None:
        """From now on they are asked whether they are quiet, as everybody is."""
        self._urls.update({replica: self._processes.url(replica) for replica in replicas})

    async def settled(self) -> None:
        """All that was begun is done."""
        await asyncio.gather(*self._doing)
