"""The people of a scenario, as HR's file and the application form know them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.language.profile import Profile
from shared.language.terms import Terms

COLUMNS = (
    "employee_id",
    "name",
    "email",
    "role",
    "country",
    "time_zone",
    "languages",
    "unit",
    "grade",
    "city",
    "working_start",
    "working_end",
    "offers",
    "wants",
    "interests",
    "capacity",
    "cross_border",
    "manager_employee_id",
    "trained",
)
"""Of the file that registration imports."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One participant. ``manager`` is an employee id or empty."""

    employee_id: str
    name: str
    email: str
    profile: Profile
    manager: str = ""
    applies: bool = False
    """Applies over HTTP; everybody else is imported."""
    trained: bool = False
    """HR's file says that the training is done."""
    attends: bool = True
    """Comes to the group's training."""

    @property
    def becomes_trained(self) -> bool:
        """Whether the training will have been done when the round is run."""
        return self.trained or self.attends

    def application(self) -> dict[str, Any]:
        """The body of an application."""
        profile = self.profile.model_dump(mode="json", exclude={"managers"})
        return {"name": self.name, "email": self.email, "profile": profile}

    def row(self) -> dict[str, str]:
        """One line of HR's file."""
        profile = self.profile
        return {
            "employee_id": self.employee_id,
            "name": self.name,
            "email": self.email,
            "role": profile.role.value,
            "country": profile.country,
            "time_zone": profile.time_zone,
            "languages": "|".join(profile.languages),
            "unit": profile.unit,
            "grade": str(profile.grade),
            "city": profile.city,
            "working_start": profile.working_hours.start,
            "working_end": profile.working_hours.end,
            "offers": "|".join(f"{skill.topic}:{skill.level}" for skill in profile.offers),
            "wants": "|".join(f"{wish.topic}:{wish.level}:{wish.priority}" for wish in profile.wants),
            "interests": "|".join(profile.interests),
            "capacity": str(profile.capacity),
            "cross_border": _yes_or_no(profile.cross_border),
            "manager_employee_id": self.manager,
            "trained": _yes_or_no(self.trained),
        }


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def as_csv(people: Iterable[Person]) -> str:
    """HR's file: a header and one line a person, separated by commas."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(person.row() for person in people)
    return text.getvalue()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A programme, the people who take part in it, and the seed everything was drawn with."""

    name: str
    seed: int
    terms: Terms
    people: Sequence[Person]
    clicks: bool = False
    """Whether they answer letters by the links in them, where there is a mail server."""

    @property
    def programme_id(self) -> str:
        """The id the programme is created with."""
        return self.name

    @property
    def applicants(self) -> list[Person]:
        """Those who apply themselves."""
        return [person for person in self.people if person.applies]

    @property
    def imported(self) -> list[Person]:
        """Those HR brings in."""
        return [person for person in self.people if not person.applies]

    def csv_text(self) -> str:
        """HR's file."""
        return as_csv(self.imported)
