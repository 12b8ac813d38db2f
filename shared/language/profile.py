"""What the services may know of a participant: matching attributes, and nothing that names anybody."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from shared.language.reasons import not_valid
from shared.language.skills import Skill, Value, Wish
from shared.language.terms import Country, Id, Language, Role


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise not_valid("no-time-zone", name=name) from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local wall-clock time, 00:00 to 23:59."""


class WorkingHours(Value):
    """Local working days and hours; Monday is 0."""

    start: ClockTime = "09:00"
    end: ClockTime = "17:30"
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(max_length=7)] = (0, 1, 2, 3, 4)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "WorkingHours":
        if self.end <= self.start:
            raise not_valid("works-backwards", end=self.end, start=self.start)
        return self

    def on(self, day: date, zone: str) -> tuple[datetime, datetime] | None:
        """The working time of that local day as two aware datetimes, or None on a day off."""
        if day.weekday() not in self.days:
            return None
        tz = ZoneInfo(zone)
        start = datetime.combine(day, time.fromisoformat(self.start), tz)
        return start, datetime.combine(day, time.fromisoformat(self.end), tz)


class Profile(Value):
    """A participant as the other services see one."""

    role: Role
    country: Country
    time_zone: TimeZone
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)]
    unit: Annotated[str, Field(min_length=1, max_length=80)]
    grade: Annotated[int, Field(ge=1, le=40)]
    """Seniority in the organisation, 1 the most junior."""
    city: Annotated[str, Field(max_length=80)] = ""
    working_hours: WorkingHours = WorkingHours()
    offers: Annotated[tuple[Skill, ...], Field(max_length=50)] = ()
    wants: Annotated[tuple[Wish, ...], Field(max_length=50)] = ()
    interests: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(max_length=50)] = ()
    capacity: Annotated[int, Field(ge=1, le=2)] = 1
    """Pairs at a time."""
    cross_border: bool = True
    """Consents to a partner in another region."""
    managers: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    """Person ids of the reporting line, from the direct manager upwards."""
