"""The same questions about somebody else: what a manager is asked who brings one person in, or changes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from services.registration.pages.applying.answers import Introduced
from services.registration.pages.applying.form import BESIDE, QUESTIONS, WHO
from services.registration.people.application import Application, EmployeeId
from shared.domain.marking import _
from shared.web.forms.declaring import Asked, Form


class Added(Introduced):
    """What a manager says of somebody, and whose number it is said of."""

    employee_id: EmployeeId = Field(repr=False)

    def application(self) -> Application:
        """As it would come over HTTP."""
        name, email, place = self.introduced()
        profile = self.profile(place, None)
        return Application(name=name, email=email, employee_id=self.employee_id, profile=profile)


_SAID_OF_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "name": {"title": _("Name"), "autocomplete": "off"},
    "email": {"title": _("E-mail"), "autocomplete": "off"},
    "country": {"title": _("Country")},
    "unit": {"title": _("Department"), "autocomplete": "off"},
    "grade": {"title": _("Grade"), "help": _("From 1, at the beginning of a career, to 40. HR can tell.")},
    "role": {"title": _("Role"), "options": {"mentor": _("Mentor"), "mentee": _("Mentee")}},
    "offers": {"title": _("Can show"), "help": _("Tick a topic and choose how well they know it.")},
    "offer_levels": {"title": _("How well do they know it?")},
    "wants": {"title": _("Would like to learn"), "help": _("Tick a topic and choose where they stand.")},
    "want_levels": {"title": _("Where do they stand?")},
    "first": {"title": _("Would like to learn first")},
    "languages": {"title": _("Languages")},
    "time_zone": {"title": _("Time zone"), "help": _("Sessions are shown in it.")},
    "days": {"title": _("Working days")},
    "interests": {"title": _("Interests")},
    "cross_border": {"title": _("The partner may work in another part of the world")},
}
"""What reads otherwise than where somebody is asked about themselves."""

_OF_THE_NUMBER = (
    "data-were-erased",
    "registered-elsewhere",
    "somebody-else-of-this-number",
    "takes-part-already",
    "withdrawn-for-good",
)
"""Codes of what is refused because of who it is."""

_OF_OTHERS = tuple(replace(each, **_SAID_OF_OTHERS.get(each.name, {})) for each in (*WHO, *QUESTIONS))
_BESIDE = BESIDE | dict.fromkeys(("people-not-managed", "programme-not-there"), "country")

ADDING = Form(
    Added,
    (Asked("employee_id", _("Employee number"), autocomplete="off"), *_OF_OTHERS),
    button=_("Take this person in"),
    beside=_BESIDE | dict.fromkeys(_OF_THE_NUMBER, "employee_id"),
)
CHANGING = Form(Introduced, _OF_OTHERS, button=_("Keep the changes"), beside=_BESIDE)
"""Of whoever takes part already: their number is known, and stays."""
