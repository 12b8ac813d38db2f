"""The terms of a programme that several services work by: work plan, rules of pairing, momentum, objectives."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.language.reasons import not_valid
from shared.language.skills import Topic, Value

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$")]
"""An opaque identifier; it never holds a name, an e-mail address or an employee number."""

REGION = r"^[a-z0-9-]{2,20}$"
"""What the region of a stack may be called."""

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
"""BCP 47."""


class Role(StrEnum):
    """Who teaches the digital world (mentor, the junior) and who learns it (mentee, the senior)."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class WorkPlan(Value):
    """How often and how long a pair meets.

    Sessions are short on purpose: at most 30 minutes unless the programme says 45 or 60.
    """

    sessions: Annotated[int, Field(ge=1, le=52)] = 6
    cadence_days: Annotated[int, Field(ge=1, le=92)] = 28
    minutes: Literal[30, 45, 60] = 30
    confirm_within_days: Annotated[int, Field(ge=1, le=30)] = 3
    """Days after its end in which somebody must say that a session took place; then it counts as missed."""


class SameUnit(StrEnum):
    """Whether two people of one unit may be paired."""

    FORBID = "forbid"
    AVOID = "avoid"
    ALLOW = "allow"


class Training(StrEnum):
    """Who must have finished the training before being paired."""

    BOTH = "both"
    MENTOR = "mentor"
    NONE = "none"


class Weights(Value):
    """What each soft rule of pairing counts for; 0 switches it off."""

    topics: Annotated[int, Field(ge=0, le=100)] = 10
    reciprocity: Annotated[int, Field(ge=0, le=100)] = 5
    interests: Annotated[int, Field(ge=0, le=100)] = 2
    units: Annotated[int, Field(ge=0, le=100)] = 2
    overlap: Annotated[int, Field(ge=0, le=100)] = 2
    city: Annotated[int, Field(ge=0, le=100)] = 0
    waiting: Annotated[int, Field(ge=0, le=100)] = 1


class Goal(StrEnum):
    """What a matching round goes for."""

    MOST_PEOPLE = "most-people"
    """As many people with a partner as possible, then the highest total score."""
    BEST_TOTAL = "best-total"
    """The highest total score, even if fewer people get a partner."""


class Approval(StrEnum):
    """Who turns a round's proposals into pairs."""

    AUTOMATIC = "automatic"
    MANAGER = "manager"


class PairingRules(Value):
    """The settings of the rules in a programme; the rules themselves live in matching."""

    grade_gap: Annotated[int, Field(ge=0, le=20)] = 1
    same_unit: SameUnit = SameUnit.FORBID
    training: Training = Training.BOTH
    weights: Weights = Weights()
    goal: Goal = Goal.MOST_PEOPLE
    minimum_score: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Points (weight times per cent, summed over the soft rules) under which no pair is made."""
    approval: Approval = Approval.AUTOMATIC
    decline_within_days: Annotated[int, Field(ge=0, le=30)] = 5
    """Days after it was formed in which either side may decline a pair without blame; 0 switches it off."""


class MomentumRules(Value):
    """When a pair counts as losing its momentum."""

    alarm_after: Annotated[int, Field(ge=1, le=10)] = 2
    """Sessions lost (cancelled or missed) in a row that raise the alarm."""


class Objective(Value):
    """What the programme is to change, on which scale, from where to where."""

    id: Id
    title: Annotated[str, Field(min_length=3, max_length=200)]
    scale: Literal["1-5", "count", "percentage"] = "1-5"
    baseline: float
    target: float


class Terms(Value):
    """Everything of a programme that the other services need to know."""

    title: Annotated[str, Field(min_length=3, max_length=120)]
    countries: Annotated[tuple[Country, ...], Field(min_length=1, max_length=250)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=50)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=200)]
    starts_on: date
    ends_on: date
    plan: WorkPlan = WorkPlan()
    pairing: PairingRules = PairingRules()
    momentum: MomentumRules = MomentumRules()
    objectives: Annotated[tuple[Objective, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Terms":
        if self.ends_on <= self.starts_on:
            raise not_valid("ends-before-it-starts", ends_on=self.ends_on, starts_on=self.starts_on)
        return self
