"""The form on the page of components: it asks one of each kind, checks it, says thank you, and keeps nothing."""

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.marking import _
from shared.language.values.days import Day
from shared.language.values.lines import Line, Text
from shared.language.values.value import Sent
from shared.web.forms.declaring import Asked, Form


class Wish(Sent):
    """What somebody would like to learn; nobody hears of it."""

    topic: Annotated[str, Line(60)]
    level: Literal["new", "some", "much"]
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri"]], Field(min_length=1)]
    length: Literal["30", "45"] = "30"
    first_on: Day | None = None
    minutes: Annotated[int, Field(ge=5, le=120)]
    more: Annotated[str, Text(500, least=0)] = ""
    remind: bool = False


WISH = Form(
    Wish,
    (
        Asked("topic", _("What would you like to learn?"), help=_("A few words are enough, such as “short videos”.")),
        Asked(
            "level",
            _("How much do you know about it?"),
            "one",
            options={"new": _("It is new to me"), "some": _("I have tried it"), "much": _("I use it every week")},
        ),
        Asked(
            "days",
            _("Which days suit you?"),
            "several",
            options={
                "mon": _("Monday"),
                "tue": _("Tuesday"),
                "wed": _("Wednesday"),
                "thu": _("Thursday"),
                "fri": _("Friday"),
            },
        ),
        Asked(
            "length",
            _("How long may a session be?"),
            "list",
            options={"30": _("30 minutes"), "45": _("45 minutes")},
            short=True,
        ),
        Asked(
            "minutes",
            _("Minutes a week"),
            "number",
            help=_("For sessions and for what you try out between them."),
            short=True,
        ),
        Asked("first_on", _("First session, at the earliest"), "date", short=True),
        Asked("more", _("What else should your partner know?"), "long"),
        Asked("remind", _("Remind me the day before"), "tick"),
    ),
    button=_("Send the wish"),
    beside={"nothing-to-learn": "topic"},
)
