"""Whom one can be in the demonstration: one of each kind, and of the juniors and seniors real ones of the programme."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.scenario.drawing.people import Person
from shared.domain.marking import _
from shared.language.terms import Role


@dataclass(frozen=True)
class Persona:
    """What the demonstration's provider says of somebody; ``label`` is marked, and says which kind they are."""

    key: str
    label: str
    name: str
    roles: tuple[str, ...]
    countries: tuple[str, ...] = ()
    employee_id: str = ""
    email: str = ""
    """Where they are written to; empty for who takes part in nothing."""


def personas(people: Sequence[Person]) -> list[Persona]:
    """Of a programme of these people."""
    junior, senior = (next(each for each in people if each.profile.role is role) for role in Role)
    country = junior.profile.country
    return [
        Persona("junior", _("Junior"), junior.name, ("participant",), (), junior.employee_id, junior.email),
        Persona("senior", _("Senior"), senior.name, ("participant",), (), senior.employee_id, senior.email),
        Persona(
            "country-manager", _("Manager of one country"), f"Programme manager {country}", ("manager",), (country,)
        ),
        Persona("manager", _("Manager of all countries"), "Group programme manager", ("manager",), ("*",)),
        Persona("data-protection", _("Data-protection officer"), "Privacy office", ("data-protection",)),
        Persona("operator", _("Operator"), "IT operations", ("operator",)),
    ]
