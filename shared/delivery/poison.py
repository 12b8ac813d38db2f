"""When a stream is poison and not a record: stop, and alarm, rather than drain it into the dead letters.

What dies alone goes to the dead letters and holds up its own subject, however much of it one caller makes. The
consumer stops only where the stream itself is broken, or who reads it:

- **handling**: events of a hundred subjects of one type died, and not one of that type was dealt with well since this
  process began. That is what a handler looks like that fails on everything. One that went well, whenever it came and
  whoever caused it, says that the handler is sound, and what the others ask of it is not.
- **reading**: a hundred subjects' events of one type in a row cannot be read, or of a stream's last two hundred records
  a hundred are no events at all. A service says only what it has read back itself (``row_of``), so nobody makes these
  by what they ask for: versions do not fit, or something else writes to the topic.

The consumer then keeps the batch it could not take and tries it again every few seconds; nothing of it is written.
It goes on by itself with the version that mends the handler. Where the records themselves are wrong, an operator says
so (``accept``): for ten minutes every replica takes what comes, and what is poison goes to the dead letters, to be
retried or dropped one by one.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.delivery.relaying.lease import ends_after, is_held
from shared.domain.errors import StreamPoisoned
from shared.store.store import Store

WINDOW, TOO_MANY = 200, 100
"""Of so many of a stream's last records so many may not be no events; nor may so many subjects of one type die."""
ACCEPTED_FOR = timedelta(minutes=10)


class End(StrEnum):
    """What became of one record, as far as it tells whether its stream is poison."""

    WELL = "well"
    WAITS = "waits"
    """Or it had its turn before."""
    UNREAD = "unread"
    DIED = "died"
    """It could be read, and not be handled or written."""


class Fate(NamedTuple):
    """One record and its end. ``type`` is empty for what is no event."""

    topic: str
    end: End
    type: str = ""
    source: str = ""
    subject: str = ""

    @property
    def kind(self) -> tuple[str, str]:
        """Its stream and type."""
        return self.topic, self.type


Dying = dict[tuple[str, str], dict[str, str]]
"""Stream and type → subject → who said what died."""


@dataclass
class Memory:
    """What became of the records that one replica has dealt with."""

    sound: set[tuple[str, str]] = field(default_factory=set)
    """Stream and type of which one event went well."""
    died: Dying = field(default_factory=dict)
    """Of types that are not sound."""
    unread: Dying = field(default_factory=dict)
    """Since one of that type went well."""
    no_events: dict[str, deque[bool]] = field(default_factory=dict)
    """Stream → of its last records, which were no events."""

    def with_all(self, fates: Iterable[Fate]) -> "Memory":
        """A copy that knows of these, too."""
        told = Memory(
            set(self.sound),
            {kind: dict(subjects) for kind, subjects in self.died.items()},
            {kind: dict(subjects) for kind, subjects in self.unread.items()},
            {topic: last.copy() for topic, last in self.no_events.items()},
        )
        for fate in fates:
            told._learn(fate)
        return told

    def _learn(self, fate: Fate) -> None:
        last = self.no_events.setdefault(fate.topic, deque(maxlen=WINDOW))
        last.append(fate.end is End.UNREAD and not fate.type)
        if not fate.type:
            return
        if fate.end is End.WELL:
            self.sound.add(fate.kind)
            self.died.pop(fate.kind, None)
            self.unread.pop(fate.kind, None)
        elif fate.end is End.UNREAD:
            self.unread.setdefault(fate.kind, {})[fate.subject] = fate.source
        elif fate.end is End.DIED and fate.kind not in self.sound:
            self.died.setdefault(fate.kind, {})[fate.subject] = fate.source

    @property
    def poisoned(self) -> str:
        """Which stream is poison, and how that is seen; names nobody. Empty when none is."""
        for topic, last in self.no_events.items():
            if sum(last) >= TOO_MANY:
                return f"{sum(last)} of the last {len(last)} records of {topic} are no events"
        return _too_many(self.unread, "cannot be read") or _too_many(self.died, "could not be handled")


def _too_many(dying: Dying, why: str) -> str:
    for (topic, kind), subjects in dying.items():
        if len(subjects) >= TOO_MANY:
            said_by = ", ".join(sorted(set(subjects.values())))
            return f"{kind} of {len(subjects)} subjects of {topic}, said by {said_by}, {why}, and of no other"
    return ""


class Poison:
    """Judges what became of records, and knows whether an operator lets them through."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._memory = Memory()

    async def judge(self, fates: Iterable[Fate]) -> Memory:
        """What is to be remembered if the batch is committed; raises StreamPoisoned."""
        memory = self._memory.with_all(fates)
        if not memory.poisoned:
            return memory
        if await self._accepted():
            return Memory(sound=memory.sound)
        raise StreamPoisoned(memory.poisoned)

    def remember(self, memory: Memory) -> None:
        """The batch was committed."""
        self._memory = memory

    async def accept(self) -> datetime:
        """Let poison go to the dead letters at every replica; returns until when."""
        accepted = await self._store.db["leases"].find_one_and_update(
            {"_id": "poison"}, [{"$set": {"until": ends_after(ACCEPTED_FOR)}}], upsert=True, return_document=True
        )
        until: datetime = accepted["until"]
        return until

    async def _accepted(self) -> bool:
        return await is_held(self._store, "poison")
