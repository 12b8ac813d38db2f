"""The terms of a programme that several services work by: work plan, rules of pairing, momentum, objectives."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from shared.language.reasons import not_valid
from shared.language.skills import Topic
from shared.language.values.accepted import accepted
from shared.language.values.days import Day
from shared.language.values.figures import TRUTH, WHOLE
from shared.language.values.forms import Form
from shared.language.values.languages import Language
from shared.language.values.lines import Line
from shared.language.values.lists import ONCE, AtMost
from shared.language.values.places import MOST_COUNTRIES, Country
from shared.language.values.value import Figure, Value

AN_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}"
"""What an id is made of."""

Id = Annotated[str, Form(rf"^{AN_ID}$", not_valid("no-id"))]
"""An opaque identifier; it never holds a name, an e-mail address or an employee number."""

REGION = r"^[a-z0-9-]{2,20}$"
"""What the region of a stack may be called."""

Region = Annotated[str, Form(REGION, not_valid("no-region"))]


class Role(StrEnum):
    """Who teaches the digital world (mentor, the junior) and who learns it (mentee, the senior)."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class WorkPlan(Value):
    """How often and how long a pair meets.

    Sessions are short on purpose: at most 30 minutes unless the programme says 45 or 60.
    """

    sessions: Annotated[int, Field(ge=1, le=52), WHOLE] = 6
    cadence_days: Annotated[int, Field(ge=1, le=92), WHOLE] = 28
    minutes: Literal[30, 45, 60] = 30
    confirm_within_days: Annotated[int, Field(ge=1, le=30), WHOLE] = 3
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

    def is_for(self, role: Role) -> bool:
        """Whether somebody of that role must have finished it."""
        return self is Training.BOTH or (self is Training.MENTOR and role is Role.MENTOR)


class Weights(Value):
    """What each soft rule of pairing counts for; 0 switches it off."""

    topics: Annotated[int, Field(ge=0, le=100), WHOLE] = 10
    reciprocity: Annotated[int, Field(ge=0, le=100), WHOLE] = 5
    interests: Annotated[int, Field(ge=0, le=100), WHOLE] = 2
    units: Annotated[int, Field(ge=0, le=100), WHOLE] = 2
    overlap: Annotated[int, Field(ge=0, le=100), WHOLE] = 2
    city: Annotated[int, Field(ge=0, le=100), WHOLE] = 0
    waiting: Annotated[int, Field(ge=0, le=100), WHOLE] = 1


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

    grade_gap: Annotated[int, Field(ge=0, le=20), WHOLE] = 1
    same_unit: SameUnit = SameUnit.FORBID
    training: Training = Training.BOTH
    weights: Weights = Weights()
    goal: Goal = Goal.MOST_PEOPLE
    minimum_score: Annotated[int, Field(ge=0, le=100_000), WHOLE] | None = None
    """Points (weight times per cent, summed over the soft rules) under which no pair is made."""
    approval: Approval = Approval.AUTOMATIC
    decline_within_days: Annotated[int, Field(ge=0, le=30), WHOLE] = 5
    """Days after it was formed in which either side may decline a pair without blame; 0 switches it off."""


class MomentumRules(Value):
    """When a pair counts as losing its momentum."""

    alarm_after: Annotated[int, Field(ge=1, le=10), WHOLE] = 2
    """Sessions lost (cancelled or missed) in a row that raise the alarm."""


class Objective(Value):
    """What the programme is to change, on which scale, from where to where."""

    id: Id
    title: Annotated[str, Line(200, least=3)]
    scale: Literal["1-5", "count", "percentage"] = "1-5"
    baseline: Figure
    target: Figure


class Terms(Value):
    """Everything of a programme that the other services need to know."""

    title: Annotated[str, Line(120, least=3)]
    countries: Annotated[tuple[Country, ...], AtMost(MOST_COUNTRIES, least=1), ONCE]
    languages: Annotated[tuple[Language, ...], AtMost(50, least=1), ONCE]
    topics: Annotated[tuple[Topic, ...], AtMost(200, least=1), ONCE]
    starts_on: Day
    ends_on: Day
    plan: WorkPlan = WorkPlan()
    pairing: PairingRules = PairingRules()
    momentum: MomentumRules = MomentumRules()
    objectives: Annotated[tuple[Objective, ...], AtMost(50)] = ()
    public_call: Annotated[bool, TRUTH] = False
    """Whether the call for applications may be read by people who have not signed in."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self, info: ValidationInfo) -> "Terms":
        if self.ends_on <= self.starts_on and not accepted(info):
            raise not_valid("ends-before-it-starts", ends_on=self.ends_on, starts_on=self.starts_on)
        return self
