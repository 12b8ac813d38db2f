"""How the events of a subject are numbered on, when topics hold more of them than a restored database knows.

Normally there is nothing to know: an aggregate counts what it said. After a recovery
(``shared.operations.recovery``) it may not exist any more, or know of fewer events than were published under its name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReplaceOne

from shared.language.streams import Event

Where = tuple[str, str]
"""Topic and subject."""


class Numbering:
    """What was said under a name before the database was restored."""

    def __init__(self) -> None:
        self.said: dict[Where, int] = {}
        """The highest version that was published."""
        self.again = False
        """Whether what is decided now was decided before: events that were published stand as they were."""

    def after(self, said: int, raised: Sequence[Event]) -> int:
        """The version these events come after; ``said`` is what their aggregate knows."""
        if not self.said or not raised or self.again:
            return said
        return max(said, self._before(raised[0]))

    def is_news(self, event: Event, version: int) -> bool:
        """Whether it is to be published."""
        return not self.again or version > self._before(event)

    async def load(self, kept: Any) -> None:
        """Read what a recovery has kept in that collection; it is empty where there was none."""
        self.said = {(row["topic"], row["subject"]): row["version"] async for row in kept.find()}

    async def keep(self, kept: Any, said: Mapping[Where, int]) -> None:
        """Know this from now on, after a restart too."""
        self.said = dict(said)
        rows = [
            ReplaceOne(
                {"_id": f"{topic}/{subject}"}, {"topic": topic, "subject": subject, "version": most}, upsert=True
            )
            for (topic, subject), most in said.items()
        ]
        if rows:
            await kept.bulk_write(rows, ordered=False)

    def _before(self, event: Event) -> int:
        return self.said.get((event.stream.value, event.subject), 0)
