"""Failure is a type, a code and facts; the sentence comes from the catalogue of whoever shows it.

- ``Refused``: a rule of the domain says no. Over HTTP a 409, on the bus a dead letter.
- ``Absent``: something that was asked for does not exist. Over HTTP a 404.
- ``NotYet``: an event needs what has not arrived; it is parked and taken up again.
- ``Unreadable``: what is stored fits no aggregate. On the bus a dead letter: only its subject is held up.
- ``Conflict``: somebody else changed the same aggregate; the unit of work starts over.
- ``TooMuchAtOnce``: a unit of work takes the database too long; it is done in halves.
- Everything that ``is_transient`` recognises is tried again, for ever, with growing pauses.
"""

from shared.language.reasons import Failure


class Refused(Failure):
    """A rule of the domain forbids it."""


class Absent(Failure):
    """There is no such thing."""


class NotYet(Exception):
    """What an event builds on has not arrived; ``missing`` names it."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


class Unreadable(Failure):
    """A stored document cannot be made an aggregate of; ``faults`` says which fields, never what is in them."""

    def __init__(self, kind: str, faults: str) -> None:
        super().__init__("not-readable", document=kind, faults=faults)
        self.faults = faults


class Conflict(Failure):
    """The aggregate was changed by somebody else in the meantime."""


class TooMuchAtOnce(TimeoutError):
    """A unit of work failed twice of what less of it may not fail of; as a time-out it is tried again, or in halves."""


class StreamPoisoned(Exception):
    """Nobody's record could have been dealt with: stop and alarm rather than drain a stream into its dead letters.

    As text it says which stream and what of it, and names nobody.
    """
