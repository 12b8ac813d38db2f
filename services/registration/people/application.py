"""What somebody must say to take part: the same for HTTP and for a row of a file."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.language.profile import Profile
from shared.language.reasons import not_valid

BREAKS = {"Cc", "Zl", "Zp", "Cs"}
"""Unicode categories that have no place in a line of text: controls, line ends, broken characters."""


def _one_line(text: str) -> str:
    if not text.isprintable() and any(unicodedata.category(character) in BREAKS for character in text):
        raise not_valid("not-one-line")
    return text


def _address(text: str) -> str:
    local, at, domain = text.partition("@")
    if not (local and at and domain) or "@" in domain or any(character.isspace() for character in text):
        raise not_valid("not-an-email-address")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
Name = Annotated[Line, Field(min_length=1, max_length=120)]
Email = Annotated[Line, Field(min_length=3, max_length=254), AfterValidator(_address)]
EmployeeId = Annotated[Line, Field(min_length=1, max_length=80)]


class Application(BaseModel):
    """An application for oneself, or with ``employee_id`` on behalf of somebody else.

    ``profile.managers`` is not taken from here: the reporting line is HR's to tell.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: Name = Field(repr=False)
    email: Email = Field(repr=False)
    employee_id: EmployeeId | None = Field(default=None, repr=False)
    profile: Profile
