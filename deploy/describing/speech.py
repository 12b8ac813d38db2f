"""Who says and hears what, and what then happens: the tables of the README files, made from events and handlers.

What an event tells is the first paragraph of its class's docstring; what is done with it, that of the handler's.
"""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.describing.made import with_parts
from deploy.describing.schemas import EVENTS
from deploy.services import SERVICES
from shared.domain.handlers import Hears, heard
from shared.language import everybody
from shared.language.streams import CROSSING, Event, OfProgramme, Stream
from shared.service import Service

ROOT = Path(__file__).parents[2]
MANY = 12
"""A handler of more events than these hears all but a few."""


class Undescribed(Exception):
    """A handler or an event says nothing of itself."""


def streams() -> str:
    """Every stream: who says it, and which events."""
    rows = []
    for stream in Stream:
        events = [event for event in EVENTS.values() if event.stream is stream and not event.announced]
        note = ": figures alone, the only stream that may cross regions" if stream in CROSSING else ""
        rows.append((f"`{stream.value}`", _speaker(events), _names(events) + note))
    return _table(("stream", "said by", "events"), rows)


def _speaker(events: list[type[Event]]) -> str:
    speakers = {event.__module__.rpartition(".")[2] for event in events}
    return ", ".join("all" if speaker == everybody.__name__.rpartition(".")[2] else speaker for speaker in speakers)


def of_service(service: Service) -> str:
    """What it says and hears, each with what that means."""
    said = [(event.__name__, _told(event)) for event in service.says]
    does = [(_heard(handler), _told(handler.call)) for handler in heard(service.handlers)]
    parts = ("**Says**", _table(("event", "what it tells"), said), "**Hears**", _table(("event", "what it does"), does))
    return "\n\n".join(parts)


def _heard(handler: Hears) -> str:
    if len(handler.events) <= MANY:
        return _names(handler.events)
    others = [event for event in EVENTS.values() if issubclass(event, OfProgramme) and event not in handler.events]
    return f"every event of a programme but {_names(others)}"


def _told(one: object) -> str:
    """The first paragraph of a docstring, in one line; raises Undescribed when it has none of its own."""
    text = getattr(one, "__doc__", None)
    if not text:
        raise Undescribed(f"{one}: say in its docstring what it tells or does; a README shows it")
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split()).replace("|", "\\|").replace("``", "`")


def _names(events: Iterable[type[Event]]) -> str:
    return ", ".join(event.__name__ for event in events)


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _parts() -> Iterator[tuple[Path, str, str]]:
    """Page, name of its part, and what that has to be."""
    yield ROOT / "README.md", "streams", streams()
    for service in SERVICES:
        yield ROOT / "services" / service.name / "README.md", "speech", of_service(service)


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {page: with_parts(page.read_text(), **{name: part}) for page, name, part in _parts()}
