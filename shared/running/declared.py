"""What a service says of itself."""

from collections.abc import Sequence
from types import ModuleType
from typing import Protocol

from prometheus_client import CollectorRegistry

from shared.domain.aggregate import Aggregate
from shared.language.streams import Event, Stream
from shared.store.store import Store


class Metrics(Protocol):
    """What a service counts beside what all of them count."""

    @property
    def registry(self) -> CollectorRegistry: ...

    def said(self, event: Event) -> None:
        """Count an event that a commit of this process has made true."""

    async def measure(self, store: Store) -> None:
        """Count what has to be counted in the database; called before the metrics are shown."""


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
