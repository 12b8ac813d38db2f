"""The language somebody reads, kept with them where they are known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator

from services.registration.people.person import Person
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.reasons import not_valid
from shared.language.values.value import Sent
from shared.web.forms.declaring import Asked, Form, Options
from shared.web.languages.choosing import OWN_NAMES


def offered(language: str) -> str:
    """The same; raises what makes a field not valid where nothing is written in it."""
    if language not in OWN_NAMES:
        raise not_valid("no-language")
    return language


class Chosen(Sent):
    """One of those there are."""

    language: Annotated[str, AfterValidator(offered)]


class Switched(Chosen):
    """The same from the switch of a page, which leads back there."""

    then: str = ""


LANGUAGE = Form(
    Chosen, (Asked("language", _("Language of these pages"), "list", short=True),), button=_("Keep this language")
)


SWITCH = Form(Switched, (LANGUAGE.questions[0], Asked("then", "")), button="")
"""The switch of the frame, which is drawn there."""


def choices() -> Options:
    """Every language as it calls itself."""
    return OWN_NAMES


async def keep(unit: Unit, ids: Sequence[str], language: str) -> None:
    """With the person of these ids, if there is one."""
    for each in ids:
        person = await unit.find(Person, each)
        if person is not None and person.language != language:
            unit.save(replace(person, language=language))
