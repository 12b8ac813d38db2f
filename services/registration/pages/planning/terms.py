"""What the form asks of a programme, and the terms that makes."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticKnownError

from services.registration.pages.planning.objectives import MOST, first_broken, lines_of, objectives_of
from services.registration.programmes.naming import id_of
from shared.language.reasons import not_valid
from shared.language.skills import Topic
from shared.language.terms import Approval, Goal, SameUnit, Terms, Training
from shared.language.values.days import Day
from shared.language.values.languages import Language
from shared.language.values.lines import Line
from shared.language.values.lists import AtMost
from shared.language.values.places import MOST_COUNTRIES, Country
from shared.language.values.value import Sent

SHORTEST_TOPIC = 2
MOST_TOPICS = 200
"""As many as terms may have, ticked and typed together."""
Weight = Annotated[int, Field(ge=0, le=100)]
Cells = Annotated[list[Annotated[str, Field(max_length=200)]], AtMost(2 * MOST)]
"""One field of every line of objectives."""
OF_PLAN = ("sessions", "cadence_days", "confirm_within_days")
OF_PAIRING = (
    "grade_gap",
    "same_unit",
    "training",
    "goal",
    "minimum_score",
    "approval",
    "decline_within_days",
)
WEIGHTS = ("topics", "reciprocity", "interests", "units", "overlap", "city", "waiting")


def between_commas(text: str) -> list[str]:
    """What stands between commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


def topics_in(text: str) -> list[str]:
    """Topics as they are typed, in the form in which they are kept."""
    return [id_of(each, "") for each in between_commas(text)]


def _topics(text: str) -> str:
    if any(len(each) < SHORTEST_TOPIC for each in topics_in(text)):
        raise not_valid("no-topic-in-words")
    return text


def _with_others(most: int) -> AfterValidator:
    """At least one, ticked or typed beside it, and not too many of both."""

    def counted(ticked: list[str], info: ValidationInfo) -> list[str]:
        count = len(ticked) + len(between_commas(info.data.get(f"more_{info.field_name}", "")))
        facts = {"field_type": "List", "actual_length": count}
        if not count:
            raise PydanticKnownError("too_short", {**facts, "min_length": 1})
        if count > most:
            raise PydanticKnownError("too_long", {**facts, "max_length": most})
        return ticked

    return AfterValidator(counted)


def _later(ends_on: Day, info: ValidationInfo) -> Day:
    starts_on = info.data.get("starts_on")
    if starts_on and ends_on <= starts_on:
        raise not_valid("last-day-not-later", starts_on=starts_on)
    return ends_on


def _whole(targets: list[str], info: ValidationInfo) -> list[str]:
    columns = [info.data.get(f"objective_{name}", []) for name in ("ids", "titles", "scales", "baselines")]
    lines = lines_of(*columns, targets)
    if row := first_broken(lines):
        raise not_valid("objective-not-whole", row=row)
    if (count := sum(not line.is_empty for line in lines)) > MOST:
        raise PydanticKnownError("too_long", {"field_type": "List", "actual_length": count, "max_length": MOST})
    return targets


def _in_order(chosen: Sequence[str], before: Sequence[str]) -> list[str]:
    """Each once, what there was where it stood: a browser sends the order of a page, which says nothing."""
    return list(dict.fromkeys([*(each for each in before if each in chosen), *chosen]))


class Planned(Sent):
    """The terms of a programme, field by field; what is typed beside a list comes before it."""

    title: Annotated[str, Line(120, least=3)]
    more_countries: Annotated[str, Line(500, least=0)] = ""
    countries: Annotated[list[Country], AtMost(MOST_COUNTRIES), _with_others(MOST_COUNTRIES)]
    languages: Annotated[list[Language], AtMost(50, least=1)]
    more_topics: Annotated[str, Line(1000, least=0), AfterValidator(_topics)] = ""
    topics: Annotated[list[Topic], AtMost(MOST_TOPICS), _with_others(MOST_TOPICS)]
    starts_on: Day
    ends_on: Annotated[Day, AfterValidator(_later)]
    sessions: Annotated[int, Field(ge=1, le=52)]
    cadence_days: Annotated[int, Field(ge=1, le=92)]
    minutes: Literal["30", "45", "60"]
    confirm_within_days: Annotated[int, Field(ge=1, le=30)]
    grade_gap: Annotated[int, Field(ge=0, le=20)]
    same_unit: SameUnit
    training: Training
    goal: Goal
    minimum_score: Annotated[int, Field(ge=0, le=100_000)] | None = None
    approval: Approval
    decline_within_days: Annotated[int, Field(ge=0, le=30)]
    topics_weight: Weight
    reciprocity_weight: Weight
    interests_weight: Weight
    units_weight: Weight
    overlap_weight: Weight
    city_weight: Weight
    waiting_weight: Weight
    alarm_after: Annotated[int, Field(ge=1, le=10)]
    objective_ids: Cells = Field(default=[])
    objective_titles: Cells = Field(default=[])
    objective_scales: Cells = Field(default=[])
    objective_baselines: Cells = Field(default=[])
    objective_targets: Annotated[Cells, AfterValidator(_whole)] = Field(default=[])
    public_call: bool = False

    def terms(self, countries: Sequence[str], before: Terms | None) -> Terms:
        """What it says, with these countries beside those that are ticked; ``before`` knows its objectives."""
        lines = lines_of(
            self.objective_ids,
            self.objective_titles,
            self.objective_scales,
            self.objective_baselines,
            self.objective_targets,
        )
        return Terms.model_validate(
            {
                **self._said("title", "starts_on", "ends_on", "public_call"),
                "countries": _in_order([*self.countries, *countries], before.countries if before else ()),
                "languages": _in_order(self.languages, before.languages if before else ()),
                "topics": _in_order([*self.topics, *topics_in(self.more_topics)], before.topics if before else ()),
                "plan": {**self._said(*OF_PLAN), "minutes": int(self.minutes)},
                "pairing": {**self._said(*OF_PAIRING), "weights": self._weights()},
                "momentum": self._said("alarm_after"),
                "objectives": objectives_of(lines, before),
            }
        )

    def _said(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    def _weights(self) -> dict[str, int]:
        return {name: getattr(self, f"{name}_weight") for name in WEIGHTS}
