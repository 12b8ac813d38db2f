"""Naming a person in the body of a request."""

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.language.reasons import not_valid
from shared.language.terms import Id


class Whom(BaseModel):
    """A person, by employee number or by person id; in bodies only, so that neither stands in any address."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    employee_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)] | None = Field(
        default=None, repr=False
    )
    person_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.employee_id is None) == (self.person_id is None):
            raise not_valid("says-not-whom")
        return self

    def identified(self, pseudonym: Callable[[str], str]) -> str:
        """The person id."""
        return self.person_id or pseudonym(self.employee_id or "")
