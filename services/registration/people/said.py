"""What somebody says of a profile, and how that joins what is known.

What is not said stays, at any depth. ``null`` takes back what may be left out: it is as if it never had been said.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import override

from shared.domain.errors import Refused
from shared.language.profile import Profile, WorkingHours
from shared.language.terms import Role
from shared.language.values.value import Value

V = TypeVar("V", bound=Value)

EDGES = {"start", "end"}
"""Of working hours: said together they are checked by themselves, one alone with what is known."""


class WouldWorkBackwards(Refused):
    """What is said of the working hours does not go with what is known of them."""


class TakesBack(Value):
    """A value of which a part may be said, and taken back by saying null."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_what_nobody_said(cls, said: Any) -> Any:
        if not isinstance(said, dict) or None not in said.values():
            return said
        return said | {name: cls._unsaid(name) for name in cls._optional() if said.get(name, ...) is None}

    @classmethod
    def _optional(cls) -> list[str]:
        return [name for name, field in cls.model_fields.items() if not field.is_required()]

    @classmethod
    def _unsaid(cls, name: str) -> Any:
        value = cls.model_fields[name].get_default(call_default_factory=True)
        return value.model_dump() if isinstance(value, BaseModel) else value

    @override
    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema)["properties"]
        for name in cls._optional():
            properties[name] = {"anyOf": [properties[name], {"type": "null"}]}
        return schema


class HoursSaid(TakesBack, WorkingHours):
    """Working hours, or a part of them; whether they fit is known when they have joined the others."""

    @override
    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "HoursSaid":
        if self.model_fields_set >= EDGES:
            WorkingHours._ends_after_it_starts(self)  # type: ignore[operator]  # the function, once a class is made
        return self

    def over(self, known: WorkingHours) -> WorkingHours:
        """What is known, with what is said; raises WouldWorkBackwards."""
        hours = _with(known, self)
        if hours is known or self.model_fields_set >= EDGES:
            return hours
        try:
            return WorkingHours.model_validate(hours.model_dump())
        except ValidationError:
            raise WouldWorkBackwards("would-work-backwards", start=hours.start, end=hours.end) from None


class ProfileSaid(TakesBack, Profile):
    """A profile as somebody tells it: all that is required, and of the rest what they like."""

    working_hours: HoursSaid = HoursSaid()

    def over(self, known: Profile | None, managers: tuple[str, ...]) -> Profile:
        """What is known, with what is said, but for the reporting line; raises WouldWorkBackwards."""
        known = known or UNSAID
        hours = self.working_hours.over(known.working_hours)
        return _with(known, self, working_hours=hours, managers=managers)


def _with(known: V, said: Value, **worked_out: object) -> V:
    """What is known, with what is said of it and what that came to; the very same when nothing is new."""
    old, new = known.__dict__, {**said.__dict__, **worked_out}
    news = {}
    for name in said.model_fields_set | worked_out.keys():
        value = new[name]
        if value is not old[name] and value != old[name]:
            news[name] = value
    return known.model_copy(update=news) if news else known


UNSAID = Profile(role=Role.MENTOR, country="FR", time_zone="Europe/Paris", languages=("en",), unit="-", grade=1)
"""What a profile says by itself; all of this is required, so that everybody says something else over it."""
