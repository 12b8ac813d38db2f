"""What somebody must say to take part: the same for HTTP and for a row of a file."""

from typing import Annotated

from pydantic import Field

from services.registration.people.said import ProfileSaid
from services.registration.programmes.addresses import Email
from shared.language.values.lines import Line
from shared.language.values.value import Sent

Name = Annotated[str, Line(120)]
EmployeeId = Annotated[str, Line(80)]


class Application(Sent):
    """An application for oneself, or with ``employee_id`` on behalf of somebody else.

    The reporting line is HR's to tell, in a file. Of ``profile.managers`` no more is taken from here than that somebody
    has none: an empty list, said by a manager of theirs.
    """

    name: Name = Field(repr=False)
    email: Email = Field(repr=False)
    employee_id: EmployeeId | None = Field(default=None, repr=False)
    profile: ProfileSaid
