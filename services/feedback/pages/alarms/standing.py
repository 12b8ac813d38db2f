"""How a pair is getting on, as a page tells it: facts, and nothing that either of the two has said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fastapi import Request

from services.feedback.momentum.momentum import Meeting, Momentum
from shared.language.matching import PairState
from shared.language.sessions import Outcome
from shared.web.frame.navigation import address_of

MOST_LOST = 5
"""Lost sessions of a pair that a list tells of, the latest."""
MOST_SESSIONS = 60
"""Sessions of a pair that its own page tells of, the latest."""


@dataclass(frozen=True)
class Standing:
    """A pair at this moment."""

    pair: Momentum
    now: datetime

    @cached_property
    def losses(self) -> Sequence[Meeting]:
        """Those lost since the last one held."""
        return self.pair.losses()

    @property
    def lost(self) -> Sequence[Meeting]:
        """The latest of them."""
        return self.losses[-MOST_LOST:]

    @property
    def needs_somebody(self) -> bool:
        """Whether the alarm is up."""
        return self.pair.at_risk and self.pair.state is PairState.ACTIVE

    @property
    def open(self) -> Meeting | None:
        """The first session that was to be, and of which nobody has said whether it was."""
        return next((each for each in self._planned if each.starts_at < self.now), None)

    @property
    def coming(self) -> Meeting | None:
        """The next one."""
        return next((each for each in self._planned if each.starts_at >= self.now), None)

    @property
    def _planned(self) -> list[Meeting]:
        return [each for each in self.pair.meetings if each.outcome is Outcome.SCHEDULED]

    @property
    def sessions(self) -> Sequence[Meeting]:
        """In calendar order, the latest of them."""
        return self.pair.meetings[-MOST_SESSIONS:]


@dataclass(frozen=True)
class Elsewhere:
    """Where other services have their pages about the pairs of a programme, as addresses of this host."""

    request: Request
    programme_id: str

    def person(self, participant_id: str) -> str:
        """Who it is, with an address to write to."""
        return address_of(self.request, "registration", f"/everybody/{self.programme_id}/one/{participant_id}")

    def pair(self, pair_id: str) -> str:
        """Why the two are a pair."""
        return address_of(self.request, "matching", f"/desk/pairs/{pair_id}")
