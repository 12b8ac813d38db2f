"""Whom an officer looks for, and what is then asked of them; who is meant stands in forms, never in an address."""

import re
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.marking import _
from shared.language.terms import Id
from shared.language.values.lines import Line
from shared.language.values.value import Sent
from shared.privacy.whom import Whom
from shared.web.access import Caller, allow
from shared.web.forms.declaring import Asked, Form

Officer = Annotated[Caller, allow("operator", "data-protection")]

AN_ID = re.compile(r"person-[0-9a-f]{24}")
"""What every service makes of an employee number."""


class Sought(Sent):
    """An employee number, or an id that an export or a line of the log names."""

    who: Annotated[str, Line(80)] = Field(repr=False)

    @property
    def whom(self) -> Whom:
        """The same, as a program would say it."""
        return Whom(person_id=self.who) if AN_ID.fullmatch(self.who) else Whom(employee_id=self.who)


class Asking(Sent):
    """Who is to be erased, before it is meant."""

    person_id: Id


class Erasing(Asking):
    """And that it is meant."""

    sure: Literal["true"]


WHO = Asked("person_id", _("Who it is about"))

FINDING = Form(
    Sought,
    (
        Asked(
            "who",
            _("Employee number"),
            help=_("Or the id under which somebody stands in an export, if that is all you have."),
            autocomplete="off",
        ),
    ),
    button=_("Look for this person"),
)
ASKING = Form(Asking, (WHO,), button=_("Erase everything about this person"))
ERASING = Form(
    Erasing,
    (WHO, Asked("sure", _("I know that this cannot be undone"), "tick")),
    button=_("Erase everything about this person"),
)
