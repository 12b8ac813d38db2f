"""The letters there are, and what holds for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a letter tells; its template is called like it."""

    RECEIVED = "application-received"
    TRAINING = "training-waits"
    PAIRED = "paired"
    PLANNED = "sessions-planned"
    MOVED = "session-moved"
    CANCELLED = "session-cancelled"
    TOMORROW = "tomorrow-you-meet"
    PLACE = "did-it-take-place"
    PULSE = "how-was-it"
    MOMENTUM = "losing-momentum"
    LEFT = "partner-left"
    ENDED = "what-came-of-it"
    ERASED = "erasure-done"
    WEEK = "week-in-figures"
    ALARMS = "pairs-need-help"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for the letters of a kind."""

    owed: bool = False
    """Whether its reader asked for it or must know of it: such a letter counts towards no limit, and meets none."""
    at_once: bool = False
    """Whether it goes at any hour: what it tells of may be over before the reader's next working day."""
    lasts: timedelta = timedelta(days=5)
    """For how long it tells something new, from when it was to go."""


TO_CONTACTS = frozenset({Kind.WEEK, Kind.ALARMS})
"""To those whom a programme writes to of itself."""
AS_LONG_AS_IT_IS_TRUE = timedelta(days=30)
"""Whether it is true is looked at before it goes, so that mail which stood still for weeks tells it all the same."""

RULES: Mapping[Kind, Rule] = {
    Kind.RECEIVED: Rule(owed=True, at_once=True),
    Kind.TRAINING: Rule(),
    Kind.PAIRED: Rule(owed=True, lasts=AS_LONG_AS_IT_IS_TRUE),
    Kind.PLANNED: Rule(owed=True, lasts=AS_LONG_AS_IT_IS_TRUE),
    Kind.MOVED: Rule(owed=True, at_once=True),
    Kind.CANCELLED: Rule(owed=True, at_once=True),
    Kind.TOMORROW: Rule(owed=True, at_once=True, lasts=timedelta(hours=20)),
    Kind.PLACE: Rule(),
    Kind.PULSE: Rule(),
    Kind.MOMENTUM: Rule(),
    Kind.LEFT: Rule(owed=True, lasts=AS_LONG_AS_IT_IS_TRUE),
    Kind.ENDED: Rule(owed=True, lasts=AS_LONG_AS_IT_IS_TRUE),
    Kind.ERASED: Rule(owed=True, at_once=True),
    Kind.WEEK: Rule(lasts=timedelta(days=2)),
    Kind.ALARMS: Rule(owed=True),
}
