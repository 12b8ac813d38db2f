"""What feedback says: of answers, of momentum, and of a programme in figures."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from shared.language.reasons import not_valid
from shared.language.skills import Topic
from shared.language.streams import Event, OfProgramme, Stream
from shared.language.terms import Id, Region, Role
from shared.language.values.forms import Form
from shared.language.values.value import Value


class FeedbackSubmitted(OfProgramme):
    """Somebody answered the pulse after a session; what they answered stays in feedback."""

    stream = Stream.FEEDBACK
    subject_field = "pulse_id"
    key_field = "pair_id"

    pulse_id: Id
    pair_id: Id
    session_id: Id
    role: Role


class _Momentum(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.FEEDBACK
    subject_field = key_field = "pair_id"

    pair_id: Id


class Risk(StrEnum):
    """Behavioural facts that raise the alarm."""

    SESSIONS_LOST = "sessions-lost"


class PairAtRisk(_Momentum):
    """The pair is losing its momentum: somebody should act today."""

    because: Risk
    sessions_lost: int


class Recovery(StrEnum):
    """Why the alarm is over."""

    MET = "met"
    SAID_LATE = "said-late"
    """A session that counted as missed took place after all, as one of the two said later."""


class PairRecovered(_Momentum):
    """The pair met again, or had met all along."""

    because: Recovery = Recovery.MET


class ObjectiveMeasured(OfProgramme):
    """An objective of the programme was measured over ``people`` answers."""

    announced = True
    stream = Stream.FEEDBACK
    subject_field = "measurement_id"
    key_field = "programme_id"

    measurement_id: Id
    objective_id: Id
    value: float
    people: int


class PracticeShared(OfProgramme):
    """A mentor shared something that works; the text stays in feedback."""

    announced = True
    stream = Stream.FEEDBACK
    subject_field = "practice_id"
    key_field = "programme_id"

    practice_id: Id
    topic: Topic


class MentorRecognised(OfProgramme):
    """A mentor met the programme's published criteria for recognition."""

    announced = True
    stream = Stream.FEEDBACK
    subject_field = "recognition_id"
    key_field = "programme_id"

    recognition_id: Id
    participant_id: Id
    criteria: Annotated[tuple[str, ...], Field(fail_fast=True)]


def count_id(region: str, programme_id: str) -> str:
    """Under which a programme's figures are told: regions may have programmes of the same id."""
    return f"{region}.{programme_id}"


class PairCounts(Value):
    """Pairs by what became of them."""

    active: int = 0
    dissolved: int = 0
    completed: int = 0


class SessionCounts(Value):
    """Sessions by what became of them."""

    scheduled: int = 0
    held: int = 0
    cancelled: int = 0
    missed: int = 0


class ProgrammeCounted(Event):
    """A programme in figures, as it stands in one region; the next one replaces it.

    ``feeling`` and ``useful`` are means of the scale 1 to 5, absent while too few people stand behind them.
    """

    stream = Stream.STATISTICS
    subject_field = key_field = "count_id"

    count_id: Annotated[str, Form(r"^[a-z0-9-]{2,20}\.[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$", not_valid("no-id"))]
    region: Region
    programme_id: Id
    pairs: PairCounts
    sessions: SessionCounts
    at_risk: int
    recovered: int
    answered: int
    feeling: float | None = None
    useful: float | None = None
