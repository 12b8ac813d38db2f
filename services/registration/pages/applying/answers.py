"""What the form asks of whoever applies, and what that means as an application."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticKnownError
from typing_extensions import override

from services.registration.people.application import Name
from services.registration.people.said import ProfileSaid
from services.registration.programmes.addresses import Email
from shared.language.profile import ClockTime, Profile
from shared.language.reasons import not_valid
from shared.language.skills import Topic
from shared.language.terms import Role
from shared.language.values.forms import Form as Formed
from shared.language.values.languages import Language
from shared.language.values.lines import Line
from shared.language.values.lists import AtMost
from shared.language.values.places import Country
from shared.language.values.value import Sent
from shared.language.values.zones import TimeZone

LevelOf = Annotated[str, Formed(r"^[a-z0-9][a-z0-9-]{1,59}:[0-5]$", not_valid("no-topic"))]
"""A topic and how well it is known, as one option of a list."""
TEACHES, KNOWS = 4, 0
"""The level that is taken where a topic is ticked and its list left alone."""
MOST_WANTED, WANTED = 3, 2
"""How much something is wanted that is to come first, and anything else."""
LONGEST_INTEREST, MOST_INTERESTS = 40, 50
DAYS: Mapping[str, int] = {str(day): day for day in range(7)}


def _later(end: str, info: ValidationInfo) -> str:
    start = info.data.get("start")
    if start and end <= start:
        raise not_valid("works-backwards", end=end, start=start)
    return end


def interests_in(text: str) -> list[str]:
    """What stands between commas."""
    return [interest for each in text.split(",") if (interest := each.strip())]


def _short(text: str) -> str:
    said = interests_in(text)
    if len(said) > MOST_INTERESTS:
        raise PydanticKnownError(
            "too_long", {"field_type": "List", "max_length": MOST_INTERESTS, "actual_length": len(said)}
        )
    if any(len(each) > LONGEST_INTEREST for each in said):
        raise PydanticKnownError("string_too_long", {"max_length": LONGEST_INTEREST})
    return text


class Answers(Sent):
    """What HR does not tell of anybody."""

    role: Role
    offers: Annotated[tuple[Topic, ...], AtMost(50)] = ()
    offer_levels: Annotated[tuple[LevelOf, ...], AtMost(200)] = ()
    wants: Annotated[tuple[Topic, ...], AtMost(50)] = ()
    want_levels: Annotated[tuple[LevelOf, ...], AtMost(200)] = ()
    first: Topic | None = None
    languages: Annotated[list[Language], AtMost(20, least=1)]
    time_zone: TimeZone
    days: Annotated[list[Literal["0", "1", "2", "3", "4", "5", "6"]], Field(min_length=1, max_length=7)]
    start: ClockTime
    end: Annotated[ClockTime, AfterValidator(_later)]
    city: Annotated[str, Line(80, least=0)] = Field(default="", repr=False)
    interests: Annotated[str, Line(500, least=0), AfterValidator(_short)] = Field(default="", repr=False)
    capacity: Literal["1", "2"] = "1"
    cross_border: bool = False

    def profile(self, place: Mapping[str, Any], known: Profile | None) -> ProfileSaid:
        """The profile that this makes of what is known; ``place`` is country, unit and grade."""
        said = {
            **place,
            "role": self.role,
            "time_zone": self.time_zone,
            "languages": self.languages,
            "offers": _with_levels(self.offers, self.offer_levels, TEACHES),
            "wants": [self._wish(each, known) for each in _with_levels(self.wants, self.want_levels, KNOWS)],
            "working_hours": {"start": self.start, "end": self.end, "days": [DAYS[day] for day in self.days]},
            "city": self.city,
            "interests": interests_in(self.interests),
            "capacity": int(self.capacity),
            "cross_border": self.cross_border,
        }
        return ProfileSaid.model_validate(said)

    def _wish(self, wish: Mapping[str, Any], known: Profile | None) -> dict[str, Any]:
        """What is to come first is wanted most; what was said elsewhere of the others stays."""
        before = {each.topic: each.priority for each in known.wants} if known else {}
        priority = MOST_WANTED if wish["topic"] == self.first else min(before.get(wish["topic"], WANTED), WANTED)
        return {**wish, "priority": priority}

    def introduced(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """Name, address and place, where they were asked for."""
        return None


class Introduced(Answers):
    """The same of somebody whom HR has not told of: who they are and where they stand, too."""

    name: Name = Field(repr=False)
    email: Email = Field(repr=False)
    country: Country
    unit: Annotated[str, Line(80)] = Field(repr=False)
    grade: Annotated[int, Field(ge=1, le=40)]

    @override
    def introduced(self) -> tuple[str, str, Mapping[str, Any]]:
        return self.name, self.email, {"country": self.country, "unit": self.unit, "grade": self.grade}


def _with_levels(topics: Iterable[str], levels: Iterable[str], usual: int) -> list[dict[str, Any]]:
    said = dict(level.split(":") for level in levels)
    return [{"topic": topic, "level": int(said.get(topic, usual))} for topic in dict.fromkeys(topics)]
