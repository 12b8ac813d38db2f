"""What one endpoint is to be told of one event: kept before it is sent, and for a while after."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.domain.endpoints import Endpoint
from shared.domain.shown import Shown

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before the second attempt and each that follows, as Standard Webhooks suggests; three days in all."""
IN_HAND = timedelta(minutes=5)
"""For which nobody else takes up what is being sent."""
KEPT = timedelta(days=30)
"""For which one can see what became of it."""


class Fate(StrEnum):
    """What has become of it."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"
    DROPPED = "dropped"
    """By an operator."""
    SPARED = "spared"
    """Before the database was restored, which does not know whether it was sent."""


class Because(StrEnum):
    """Why it was given up."""

    NOT_TAKEN = "not-taken"
    """For as long as was tried."""
    STOPPED = "endpoint-gone"
    """The endpoint has said that it is there no more (410)."""
    UNKNOWN = "endpoint-unknown"
    """Its endpoint stands in the settings no more."""


def delivery_id(event_id: str, endpoint: str) -> str:
    """The same for the same fact and endpoint, however often it is heard; receivers know what they had by it."""
    return f"{event_id}_{endpoint}"


@dataclass(frozen=True, kw_only=True)
class Delivery(Aggregate):
    """One event for one endpoint; ``id`` is ``delivery_id``, ``due_at`` when it is tried next."""

    collection: ClassVar[str] = "webhooks"
    about: ClassVar[tuple[str, ...]] = ("participant_id", "mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_themselves=("endpoint", "kind", "programme_id", "participant_id", "happened_at", "fate", "ended_at"),
        to_nobody=("mentor_id", "mentee_id", "data", "because", "attempts", "tried_at", "answer"),
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("endpoint", "fate", "due_at", "_id"),
        ("fate", "happened_at", "_id"),
        ("fate", "ended_at"),
        ("participant_id",),
        ("mentor_id",),
        ("mentee_id",),
    )

    endpoint: str
    kind: str
    """The type of the event, with its version."""
    programme_id: str
    participant_id: str
    """Whom it is about, where it is about one alone; empty where not, as the next two."""
    mentor_id: str
    mentee_id: str
    data: dict[str, str]
    """What is told beside: ids and times."""
    happened_at: datetime
    fate: Fate = Fate.WAITING
    because: Because | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    tried_at: datetime | None = None
    """When it was first in anybody's hand."""
    answer: str = ""
    """The status it was last answered with, or the kind of failure."""

    @property
    def waits(self) -> bool:
        """Whether it may still be sent."""
        return self.fate is Fate.WAITING

    def in_hand(self, now: datetime) -> Self:
        """Whoever saves this sends it; nobody else does for a while."""
        return replace(self, due_at=now + IN_HAND, attempts=self.attempts + 1, tried_at=self.tried_at or now)

    def sent(self, now: datetime, answer: str) -> Self:
        """The endpoint has taken it."""
        return replace(self._ended(Fate.SENT, now), answer=answer)

    def not_taken(self, now: datetime, answer: str, rest: timedelta = timedelta()) -> Self:
        """It did not this time: later, unless that was the last attempt, and not before it has had its ``rest``."""
        if self.attempts > len(PAUSES):
            return replace(self.given_up(Because.NOT_TAKEN, now), answer=answer)
        return replace(self, due_at=now + max(PAUSES[max(self.attempts, 1) - 1], rest), answer=answer)

    def given_up(self, because: Because, now: datetime) -> Self:
        """It cannot be told, for that reason."""
        return self._ended(Fate.GIVEN_UP, now, because)

    def dropped(self, now: datetime) -> Self:
        """An operator does not want it told."""
        return self._ended(Fate.DROPPED, now)

    def spared(self, now: datetime) -> Self:
        """Perhaps it was told before."""
        return self._ended(Fate.SPARED, now)

    def again(self, now: datetime) -> Self:
        """It waits as if it had never been tried."""
        waiting = replace(self, fate=Fate.WAITING, because=None, ended_at=None, due_at=now)
        return replace(waiting, attempts=0, tried_at=None)

    def _ended(self, fate: Fate, now: datetime, because: Because | None = None) -> Self:
        return replace(self, fate=fate, because=because, ended_at=now, due_at=None)


@dataclass(frozen=True, kw_only=True)
class Standing(Aggregate):
    """An endpoint that has said it is there no more; ``id`` is its name. Another address under that name is another."""

    collection: ClassVar[str] = "webhook_endpoints"

    address: str
    """A digest of it: addresses are secrets."""
    stopped_at: datetime

    def is_of(self, endpoint: Endpoint) -> bool:
        """Whether it is still the same address."""
        return self.address == digest_of(endpoint)


def digest_of(endpoint: Endpoint) -> str:
    """Of its address."""
    return hashlib.sha256(endpoint.url.get_secret_value().encode()).hexdigest()
