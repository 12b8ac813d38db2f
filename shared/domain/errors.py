"""Failure is a type.

- ``Refused``: a rule of the domain says no. Over HTTP a 409, on the bus a dead letter.
- ``Absent``: something that was asked for does not exist. Over HTTP a 404.
- ``NotYet``: an event needs what has not arrived; it is parked and taken up again.
- ``Unreadable``: what is stored fits no aggregate. On the bus a dead letter: only its subject is held up.
- ``Conflict``: somebody else changed the same aggregate; the unit of work starts over.
- Everything that ``is_transient`` recognises is tried again, for ever, with growing pauses.
"""


class Refused(Exception):
    """A rule of the domain forbids it; the message can be shown to people."""


class Absent(Exception):
    """There is no such thing; the message can be shown to people."""


class NotYet(Exception):
    """What an event builds on has not arrived; ``missing`` names it."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


class Unreadable(Exception):
    """A stored document cannot be made an aggregate of; ``faults`` says which fields, never what is in them."""

    def __init__(self, kind: str, faults: str) -> None:
        super().__init__(f"stored {kind}: {faults}")
        self.faults = faults


class Conflict(Exception):
    """The aggregate was changed by somebody else in the meantime."""


class StreamPoisoned(Exception):
    """Most of what comes is poison: stop and alarm rather than drain a stream into its dead letters."""
