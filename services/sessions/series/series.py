"""The series of sessions a pair was given."""

from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID, uuid5

from services.sessions.series.shortfall import Shortfall
from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.matching import PairFormed
from shared.language.reasons import Reason

SESSIONS = UUID("5d7f3e0a-5c6b-4d0e-9f0b-6a1d2c3e4f50")
"""The name space in which a pair's id and a number make a session's id."""


@dataclass(frozen=True, kw_only=True)
class Series(Aggregate):
    """``id`` is the pair's. ``shortfall`` says what could not be planned."""

    collection: ClassVar[str] = "series"
    about: ClassVar[tuple[str, ...]] = ("mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "mentor_id", "mentee_id", "session_ids", "shortfall", "ended"), programme_wide=True
    )

    programme_id: str
    mentor_id: str
    mentee_id: str
    session_ids: tuple[str, ...]
    shortfall: Shortfall = None
    ended: bool = False

    @classmethod
    def of(cls, pair: PairFormed, *, count: int, shortfall: Reason | None) -> Self:
        """So many sessions for this pair; their ids are always the same and never too long."""
        return cls(
            id=pair.pair_id,
            programme_id=pair.programme_id,
            mentor_id=pair.mentor_id,
            mentee_id=pair.mentee_id,
            session_ids=tuple(str(uuid5(SESSIONS, f"{pair.pair_id}/{number}")) for number in range(1, count + 1)),
            shortfall=shortfall,
        )
