"""What a service says of itself."""

from collections.abc import Awaitable, Callable, Sequence
from types import ModuleType
from typing import Protocol

from prometheus_client import CollectorRegistry

from shared.domain.aggregate import Aggregate
from shared.domain.handlers import Hears
from shared.language.streams import Event, Stream
from shared.loops import Pulse
from shared.settings import Settings
from shared.store.store import Store

PutsRight = Callable[[Store, Settings], Awaitable[None]]


AfterRecovery = Callable[[Store], Awaitable[None]]


class Metrics(Protocol):
    """What a service counts beside what all of them count."""

    @property
    def registry(self) -> CollectorRegistry: ...

    def said(self, event: Event) -> None:
        """Count an event that a commit of this process has made true."""

    async def measure(self, store: Store) -> None:
        """Count what has to be counted in the database; called before the metrics are shown."""


class Work(Protocol):
    """What one replica of a service does all the time, beside hearing, publishing and what falls due."""

    part: str
    silent: float
    """Seconds it may go without a beat before the process counts as hung."""

    async def step(self) -> object:
        """Do what there is, or wait a little."""


Finding = tuple[str, str, str]
"""What was looked at, what was found, and the remedy; without one it is fine. None of it holds a secret."""
Looks = Callable[[Settings], Awaitable[Sequence[Finding]]]
AlsoHears = Callable[[Settings], Sequence[Hears]]
Works = Callable[[Store, Settings, Pulse], Sequence[Work]]


async def nothing_more(_: Settings) -> Sequence[Finding]:
    """Of a service that needs what every service needs."""
    return ()


class Declared(Protocol):
    """What a service says of itself."""

    @property
    def name(self) -> str: ...
    @property
    def says(self) -> Sequence[type[Event]]: ...
    @property
    def hears(self) -> Sequence[type[Event]]: ...
    @property
    def streams(self) -> Sequence[Stream]: ...
    @property
    def handlers(self) -> ModuleType: ...
    @property
    def aggregates(self) -> Sequence[type[Aggregate]]: ...
    @property
    def projections(self) -> Sequence[type[Aggregate]]: ...
    @property
    def metrics(self) -> Metrics | None: ...
    @property
    def puts_right(self) -> PutsRight | None: ...
    @property
    def recovered(self) -> AfterRecovery | None: ...
    @property
    def also_hears(self) -> AlsoHears: ...
    @property
    def works(self) -> Works: ...
    @property
    def looks(self) -> Looks: ...
