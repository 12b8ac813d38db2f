"""A letter: asked for by a fact, and sent, overtaken, spared or given up. It is kept, so that no fact is told twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from services.registration.notices.kinds import RULES, Kind, Rule
from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown

LONGEST, LEAST = timedelta(days=2), 10
"""After which, and after how many attempts, a letter that no server takes is given up: a weekend may lie in between."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""Between two attempts."""
IN_HAND = timedelta(minutes=5)
"""For which nobody else takes up a letter that is being sent: longer than any server may take."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a letter goes to somebody of whom nothing else is known any more."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    language: str


Facts = dict[str, str | int | None]


class Fate(StrEnum):
    """What has become of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """It is no longer true, or was done: nobody reads it."""
    SPARED = "spared"
    """True, and not sent all the same: its reader had enough letters that week, or it came too late."""
    GIVEN_UP = "given-up"
    """No server took it."""


class Because(StrEnum):
    """Why a letter was not sent."""

    OVERTAKEN = "overtaken"
    ENOUGH = "enough-this-week"
    UNWANTED = "unwanted"
    """Its reader wants none that they may do without."""
    TOO_LATE = "too-late"
    MAYBE_SENT = "maybe-sent"
    """Before the database was restored, which does not know of it."""
    NO_ADDRESS = "no-address"
    REFUSED = "refused"
    """By the server, for good; or it could not be written."""
    NOT_TAKEN = "not-taken"
    """By any server, for as long as was tried."""
    OPERATOR = "operator"
    """Has withdrawn it."""


def letter_id(kind: Kind, subject: str, reader: str, nth: str = "") -> str:
    """The same for the same fact, however often it is heard; ``nth`` tells facts of one kind about one thing apart."""
    return ":".join(filter(None, (kind, subject, reader, nth)))


@dataclass(frozen=True, kw_only=True)
class Letter(Aggregate):
    """One letter to one person about one fact; ``id`` is ``letter_id``, ``due_at`` the next time it may be sent."""

    collection: ClassVar[str] = "letters"
    about: ClassVar[tuple[str, ...]] = ("participant_id",)
    shown: ClassVar[Shown] = Shown(
        to_themselves=(
            "kind",
            "programme_id",
            "participant_id",
            "subject",
            "facts",
            "asked_at",
            "to_go_at",
            "fate",
            "because",
            "ended_at",
        ),
        to_nobody=("attempts", "tried_at", "answer", "to"),
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("fate", "due_at", "_id"),
        ("fate", "tried_at"),
        ("participant_id", "fate", "ended_at"),
    )

    kind: Kind
    programme_id: str
    participant_id: str
    """The reader; of a letter to a contact of a programme the contact's id, of one after an erasure the erasure's."""
    subject: str
    """The participant, pair, session, programme or erasure it is about."""
    facts: Facts
    """What it tells and nobody knows otherwise when it is written; nothing that names anybody."""
    asked_at: datetime
    to_go_at: datetime
    """When it was to go, but for the hours of its reader."""
    fate: Fate = Fate.WAITING
    because: Because | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    tried_at: datetime | None = None
    """When it was first in anybody's hand."""
    answer: str = ""
    """Why it was not taken the last time: the server's code, or the kind of failure; none of its words."""
    to: Address | None = None
    """Of whoever was erased; forgotten with whatever becomes of the letter."""

    @property
    def rule(self) -> Rule:
        """What holds for its kind."""
        return RULES[self.kind]

    @property
    def waits(self) -> bool:
        """Whether it may still be sent."""
        return self.fate is Fate.WAITING

    def overtaken(self, now: datetime) -> "Letter":
        """It is not true any more, or nobody has to be told; what has gone has gone."""
        return self._ended(Fate.WITHDRAWN, now, Because.OVERTAKEN) if self.waits else self

    def spared(self, because: Because, now: datetime) -> "Letter":
        """It is not sent, for that reason."""
        return self._ended(Fate.SPARED, now, because)

    def put_off(self, until: datetime) -> "Letter":
        """It goes then, at the earliest."""
        return replace(self, due_at=until)

    def in_hand(self, now: datetime) -> "Letter":
        """Whoever saves this sends it; nobody else does for a while."""
        first = self.tried_at or now
        return replace(self, due_at=now + IN_HAND, attempts=self.attempts + 1, tried_at=first)

    def sent(self, now: datetime) -> "Letter":
        """A server has taken it."""
        return self._ended(Fate.SENT, now)

    def not_taken(self, now: datetime) -> "Letter":
        """No server took it this time: it is tried again later, and after two days no more."""
        if self.attempts >= LEAST and self.tried_at and now - self.tried_at >= LONGEST:
            return self.given_up(Because.NOT_TAKEN, now)
        return replace(self, due_at=now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.attempts - 1, 10)))

    def answered(self, answer: str) -> "Letter":
        """So it was said the last time."""
        return replace(self, answer=answer)

    def again(self, now: datetime) -> "Letter":
        """It waits as if it had never been tried; what was said of it stands until something else is."""
        waiting = replace(self, fate=Fate.WAITING, because=None, ended_at=None, due_at=now)
        return replace(waiting, attempts=0, tried_at=None)

    def withdrawn(self, now: datetime) -> "Letter":
        """An operator does not want it sent."""
        return self._ended(Fate.WITHDRAWN, now, Because.OPERATOR)

    def given_up(self, because: Because, now: datetime) -> "Letter":
        """It cannot be sent, for that reason."""
        return self._ended(Fate.GIVEN_UP, now, because)

    def _ended(self, fate: Fate, now: datetime, because: Because | None = None) -> "Letter":
        return replace(self, fate=fate, because=because, ended_at=now, due_at=None, to=None)
