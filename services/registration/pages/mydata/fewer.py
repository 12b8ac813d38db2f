"""Whether somebody wants no letters but those they have to know of, kept with them."""

from collections.abc import Sequence
from dataclasses import replace

from services.registration.people.person import Person
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.values.value import Sent
from shared.web.forms.declaring import Asked, Form


class Wanted(Sent):
    """What somebody ticks."""

    fewer: bool = False


FEWER = Form(
    Wanted,
    (
        Asked(
            "fewer",
            _("Write to me only what I have to know"),
            "tick",
            help=_("Then there are no reminders of trainings, and no questions whether you met and how it was."),
        ),
    ),
    button=_("Keep this wish"),
)


async def keep(unit: Unit, ids: Sequence[str], *, fewer: bool) -> None:
    """With the person of these ids, if there is one."""
    for each in ids:
        person = await unit.find(Person, each)
        if person is not None and person.fewer_letters is not fewer:
            unit.save(replace(person, fewer_letters=fewer))
