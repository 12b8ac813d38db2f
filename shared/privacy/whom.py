"""Naming a person in the body of a request."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.domain.people import People, PersonIds
from shared.language.reasons import not_valid
from shared.language.terms import Id
from shared.language.values.lines import Line
from shared.language.values.value import Sent


def _one_of_both(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    schema["oneOf"] = [
        {"required": [name], "properties": {name: fields[name]["anyOf"][0], other: {"type": "null"}}}
        for name, other in (("employee_id", "person_id"), ("person_id", "employee_id"))
    ]


class Whom(Sent, json_schema_extra=_one_of_both):
    """A person, by employee number or by person id; in bodies only, so that neither stands in any address."""

    employee_id: Annotated[str, Line(80)] | None = Field(default=None, repr=False)
    person_id: Id | None = None

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if (self.employee_id is None) == (self.person_id is None):
            raise not_valid("says-not-whom")
        return self

    async def identified(self, people: People) -> PersonIds:
        """Who that is."""
        return await (people.of(self.person_id) if self.person_id else people.one(self.employee_id or ""))
