"""How a service says what it does when it hears an event or when something falls due.

A handler that names the aggregate it changes is a pure function ``(state, event, *needed) -> state``; the inbox
fetches a whole batch's documents in one query and folds the events over them. One that changes more is a
coroutine and gets the unit of work: ``async (event, unit) -> None``; what it names is fetched for it all the same.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.errors import NotYet
from shared.domain.work import Unit
from shared.language.streams import Event


@dataclass(frozen=True)
class Hears:
    """One handler: which events, which aggregate, and how both are found."""

    events: tuple[type[Event], ...]
    call: Callable[..., Any]
    changes: type[Aggregate] | None = None
    found_by: str = ""
    starts: Callable[[Any], Aggregate] | None = None
    needs: Mapping[str, type[Aggregate]] = field(default_factory=dict)
    where: Callable[[Any], bool] = lambda _: True
    """Whether it is heard at all, by an installation's settings."""
    foresees: Callable[[Any], Iterable[tuple[type[Aggregate], str]]] = lambda _: ()

    @cached_property
    def _takes_the_unit(self) -> bool:
        return iscoroutinefunction(self.call)

    def wants(self, event: Event) -> list[tuple[type[Aggregate], str]]:
        """The aggregates to have at hand before the handler runs."""
        wanted = [(kind, str(getattr(event, name))) for name, kind in self.needs.items()]
        if self.changes:
            wanted.append((self.changes, str(getattr(event, self.found_by))))
        return [*wanted, *self.foresees(event)]

    async def handle(self, event: Event, unit: Unit) -> None:
        """Run the handler in that unit of work; raises NotYet when something it needs is not there."""
        unit.changing = self.changes
        try:
            await self._handle(event, unit)
        finally:
            unit.changing = None

    async def _handle(self, event: Event, unit: Unit) -> None:
        needed = [await unit.need(kind, str(getattr(event, name))) for name, kind in self.needs.items()]
        if self.changes is None or self._takes_the_unit:
            await self.call(event, unit)
            return
        identity = str(getattr(event, self.found_by))
        state = await unit.find(self.changes, identity)
        if state is None:
            if self.starts is None:
                raise NotYet(f"{self.changes.__name__} {identity}")
            state = self.starts(event)
        unit.save(self.call(state, event, *needed))


def hears(
    *events: type[Event],
    changes: type[Aggregate] | None = None,
    found_by: str = "",
    starts: Callable[[Any], Aggregate] | None = None,
    needs: Mapping[str, type[Aggregate]] | None = None,
    where: Callable[[Any], bool] = lambda _: True,
    foresees: Callable[[Any], Iterable[tuple[type[Aggregate], str]]] = lambda _: (),
) -> Callable[[Callable[..., Any]], Hears]:
    """Declare a handler.

    ``changes``/``found_by``: the aggregate, and the event's field with its id. ``starts``: makes the first state
    from the event; without it an event for an unknown aggregate waits for the one that brings it. ``needs``:
    event field → aggregate to read, handed over in this order; the event waits until they exist. ``where``: takes the
    settings of an installation, and says whether it does this at all. ``foresees``: what else it will look for, as far
    as the event tells; that may be missing.
    """
    return lambda call: Hears(events, call, changes, found_by, starts, needs or {}, where, foresees)


@dataclass(frozen=True)
class Due:
    """What happens when an aggregate's ``due_at`` has come: ``async (aggregate, now, unit) -> None``.

    The handler saves the aggregate with another ``due_at`` or none.
    """

    kind: type[Aggregate]
    call: Callable[[Any, datetime, Unit], Awaitable[None]]
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def part(self) -> str:
        """What its loop is called: each has one of its own, so that a long handler holds up no other."""
        return f"due:{self.call.__name__}"


def when_due(
    kind: type[Aggregate], where: Mapping[str, Any] | None = None
) -> Callable[[Callable[[Any, datetime, Unit], Awaitable[None]]], Due]:
    """Declare what happens when an aggregate of this kind falls due.

    ``where``: which of them it is about, as ``work.Where`` says it, so that what takes minutes can be told from what
    takes none.
    """
    return lambda call: Due(kind, call, where or {})


def heard(module: ModuleType) -> list[Hears]:
    """Every handler a module declares, in order."""
    return [value for value in vars(module).values() if isinstance(value, Hears)]


def due(module: ModuleType) -> list[Due]:
    """Everything a module does when something falls due."""
    return [value for value in vars(module).values() if isinstance(value, Due)]
