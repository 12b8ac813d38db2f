"""What the services may know of a participant: matching attributes, and nothing that names anybody."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from shared.language.reasons import not_valid
from shared.language.skills import Offers, Wants
from shared.language.terms import Id, Role
from shared.language.values.figures import TRUTH, WHOLE
from shared.language.values.forms import Form
from shared.language.values.languages import Language
from shared.language.values.lines import Line
from shared.language.values.lists import ONCE, AtMost
from shared.language.values.places import Country
from shared.language.values.same import each_once
from shared.language.values.value import Value
from shared.language.values.zones import TimeZone

ClockTime = Annotated[str, Form(r"^([01]\d|2[0-3]):[0-5]\d$", not_valid("no-clock-time"))]
"""Local wall-clock time, 00:00 to 23:59."""


class WorkingHours(Value):
    """Local working days and hours; Monday is 0."""

    start: ClockTime = "09:00"
    end: ClockTime = "17:30"
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6), WHOLE], ...], AtMost(7), ONCE] = (0, 1, 2, 3, 4)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "WorkingHours":
        if self.end <= self.start:
            raise not_valid("works-backwards", end=self.end, start=self.start)
        return self


class Profile(Value):
    """A participant as the other services see one."""

    role: Role
    country: Country
    time_zone: TimeZone
    languages: Annotated[tuple[Language, ...], AtMost(20, least=1), ONCE]
    unit: Annotated[str, Line(80), Field(repr=False)]
    grade: Annotated[int, Field(ge=1, le=40), WHOLE]
    """Seniority in the organisation, 1 the most junior."""
    city: Annotated[str, Line(80, least=0), Field(repr=False)] = ""
    working_hours: WorkingHours = WorkingHours()
    offers: Offers = ()
    wants: Wants = ()
    interests: Annotated[
        tuple[Annotated[str, Line(40)], ...], AtMost(50), AfterValidator(each_once), Field(repr=False)
    ] = ()
    capacity: Annotated[int, Field(ge=1, le=2), WHOLE] = 1
    """Pairs at a time."""
    cross_border: Annotated[bool, TRUTH] = True
    """Consents to a partner in another region."""
    managers: Annotated[tuple[Id, ...], AtMost(50), ONCE] = ()
    """Person ids of the reporting line, from the direct manager upwards."""
