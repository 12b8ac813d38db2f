"""To whom an export shows which fields of an aggregate that is about somebody: what its service's routes would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Every field but ``id`` and ``due_at``, which go with the others, is named once: what is not, is shown to nobody.

    A test finds a field that is not named.
    """

    to_all: tuple[str, ...] = ()
    """To whom it is about, to their managers, and to operators, who answer for the person."""
    to_themselves: tuple[str, ...] = ()
    """To whom it is about, and to operators."""
    to_author: tuple[str, ...] = ()
    """To whom it is about alone: what they said in confidence."""
    to_managers: tuple[str, ...] = ()
    """To their managers alone: it tells of others."""
    to_nobody: tuple[str, ...] = ()
    programme_wide: bool = False
    """Whether it takes a manager of all the programme's countries, and not of theirs alone."""
    once: Mapping[str, Any] = field(default_factory=dict)
    """Which documents are shown to whom they are about, as ``work.Where`` says it: before, they know nothing of it."""

    @property
    def names(self) -> tuple[str, ...]:
        """All fields that are named."""
        return self.to_all + self.to_themselves + self.to_author + self.to_managers + self.to_nobody
