"""A multinational by lot: the same people for the same seed, as unlike each other as colleagues are.

Shares are plausible and not measured: a few large countries and many small ones, English spoken widely but not by
all, some topics known by many and wanted by more, reporting lines within a line of business.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

from services.matching.rules.candidate import Candidate
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Role, Terms
from tests.support.topics import DIGITAL, EXPERIENCE


class Country(NamedTuple):
    """Where people work: their share in the workforce, who speaks English among them (per cent), and in which
    languages and zones they work."""

    code: str
    share: int
    english: int
    languages: tuple[str, ...]
    zones: tuple[str, ...]


COUNTRIES = (
    Country("FR", 16, 75, ("fr",), ("Europe/Paris",)),
    Country("GB", 10, 100, ("en",), ("Europe/London",)),
    Country("US", 10, 100, ("en",), ("America/New_York", "America/Chicago", "America/Los_Angeles")),
    Country("DE", 9, 80, ("de",), ("Europe/Berlin",)),
    Country("IT", 7, 60, ("it",), ("Europe/Rome",)),
    Country("ES", 6, 55, ("es",), ("Europe/Madrid",)),
    Country("IN", 6, 95, ("hi",), ("Asia/Kolkata",)),
    Country("PL", 4, 75, ("pl",), ("Europe/Warsaw",)),
    Country("RO", 4, 75, ("ro",), ("Europe/Bucharest",)),
    Country("BR", 4, 35, ("pt",), ("America/Sao_Paulo", "America/Manaus")),
    Country("MX", 3, 35, ("es",), ("America/Mexico_City",)),
    Country("NL", 3, 95, ("nl",), ("Europe/Amsterdam",)),
    Country("BE", 2, 75, ("fr", "nl"), ("Europe/Brussels",)),
    Country("CH", 2, 75, ("de", "fr"), ("Europe/Zurich",)),
    Country("CA", 2, 90, ("en", "fr"), ("America/Toronto", "America/Vancouver")),
    Country("PT", 2, 70, ("pt",), ("Europe/Lisbon",)),
    Country("TR", 2, 40, ("tr",), ("Europe/Istanbul",)),
    Country("MA", 2, 30, ("ar", "fr"), ("Africa/Casablanca",)),
    Country("SE", 1, 95, ("sv",), ("Europe/Stockholm",)),
    Country("CZ", 1, 70, ("cs",), ("Europe/Prague",)),
    Country("ZA", 1, 100, ("en",), ("Africa/Johannesburg",)),
    Country("AE", 1, 90, ("ar",), ("Asia/Dubai",)),
    Country("JP", 1, 30, ("ja",), ("Asia/Tokyo",)),
    Country("KR", 1, 35, ("ko",), ("Asia/Seoul",)),
    Country("SG", 1, 100, ("zh",), ("Asia/Singapore",)),
    Country("AU", 1, 100, ("en",), ("Australia/Sydney", "Australia/Perth")),
)
SHARES = [country.share for country in COUNTRIES]
LINES = tuple(f"line-{number}" for number in range(12))
"""Lines of business; a unit is one of them in one country."""

TASTES = tuple(f"taste-{number}" for number in range(60))
HOURS = (
    WorkingHours(start="09:00", end="17:30"),
    WorkingHours(start="08:00", end="16:30"),
    WorkingHours(start="08:30", end="18:00"),
    WorkingHours(start="09:30", end="18:30"),
    WorkingHours(start="09:00", end="17:30", days=(0, 1, 2, 3)),
)
GRADES = {
    Role.MENTOR: ((1, 2, 3, 4, 5), (20, 30, 25, 15, 10)),
    Role.MENTEE: ((5, 6, 7, 8, 9, 10), (15, 30, 25, 15, 10, 5)),
}
LEVELS_UP = 5
"""Managers that are known of somebody."""

skill, wish = cache(Skill), cache(Wish)


def terms() -> Terms:
    """A programme in all these countries, with the product's own settings."""
    return Terms(
        title="Everybody",
        countries=tuple(country.code for country in COUNTRIES),
        languages=("en", "fr"),
        topics=DIGITAL,
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 6, 30),
    )


def people(each: int, *, seed: int = 1, plain: bool = False) -> tuple[Candidate, ...]:
    """So many mentors and so many mentees; ``plain`` gives everybody one place and no past."""
    return tuple(_Lot(Random(seed), each, plain).everybody())


class _Lot:
    """Draws the seniors before the juniors, because they are whom the juniors report to."""

    def __init__(self, draw: Random, each: int, plain: bool) -> None:
        self._draw, self._each, self._plain = draw, each, plain
        self._lines: dict[str, list[tuple[str, ...]]] = {}
        """Line of business → for everybody in it so far, themselves and those above them."""

    def everybody(self) -> list[Candidate]:
        return [self._person(role, number) for role in (Role.MENTEE, Role.MENTOR) for number in range(self._each)]

    def _person(self, role: Role, number: int) -> Candidate:
        profile = self._profile(role, f"person-{role}-{number}")
        return Candidate(
            id=f"{role}-{number}",
            person_id=f"person-{role}-{number}",
            profile=profile,
            trained=self._plain or self._draw.random() < 0.97,
            room=profile.capacity,
            partners=frozenset() if self._plain else self._past(role),
            waited_weeks=self._draw.choice((0, 0, 0, 1, 2, 4, 9, 20)),
            returning=not self._plain and self._draw.random() < 0.01,
        )

    def _past(self, role: Role) -> frozenset[str]:
        other = Role.MENTEE if role is Role.MENTOR else Role.MENTOR
        times = self._draw.choices((0, 1, 2), (90, 8, 2))[0]
        return frozenset(f"{other}-{self._draw.randrange(self._each)}" for _ in range(times))

    def _profile(self, role: Role, person: str) -> Profile:
        draw, country = self._draw, self._draw.choices(COUNTRIES, SHARES)[0]
        line = draw.choice(LINES)
        own, other = (DIGITAL, EXPERIENCE) if role is Role.MENTOR else (EXPERIENCE, DIGITAL)
        return Profile(
            role=role,
            country=country.code,
            time_zone=draw.choice(country.zones),
            languages=self._languages(country),
            unit=f"{line}-{country.code.lower()}",
            grade=draw.choices(*GRADES[role])[0],
            city=f"{country.code.lower()}-{draw.randrange(1 + country.share // 2)}",
            working_hours=draw.choices(HOURS, (50, 20, 15, 10, 5))[0],
            offers=tuple(skill(topic=topic, level=draw.choice((2, 3, 3, 4, 4, 5))) for topic in self._some(own, 2, 4)),
            wants=tuple(
                wish(topic=topic, level=draw.choice((0, 0, 1, 1, 2)), priority=draw.randint(1, 3))
                for topic in self._some(other, 1, 4)
            ),
            interests=tuple(self._some(TASTES, 1, 5)),
            capacity=2 if role is Role.MENTOR and not self._plain and draw.random() < 0.1 else 1,
            cross_border=draw.random() < 0.8,
            managers=self._managers(line, person),
        )

    def _languages(self, country: Country) -> tuple[str, ...]:
        spoken = [language for language in country.languages if self._draw.random() < 0.9] or country.languages[:1]
        english = ["en"] if self._draw.randrange(100) < country.english else []
        return tuple(dict.fromkeys([*spoken, *english]))

    def _some(self, things: Sequence[str], least: int, most: int) -> list[str]:
        """Some of these, the first ones more often than the last."""
        wanted, found = self._draw.randint(least, most), dict[str, None]()
        while len(found) < wanted:
            found[things[int(len(things) * self._draw.random() ** 1.5)]] = None
        return list(found)

    def _managers(self, line: str, person: str) -> tuple[str, ...]:
        """Somebody of the same line who came before, and those above them; the first of a line has nobody."""
        above = self._lines.setdefault(line, [])
        chain = self._draw.choice(above)[:LEVELS_UP] if above else ()
        above.append((person, *chain))
        return chain
