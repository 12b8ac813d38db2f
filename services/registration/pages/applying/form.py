"""How the questions of an application are asked."""

from services.registration.pages.applying.answers import Answers, Introduced
from shared.domain.marking import _
from shared.web.forms.declaring import Asked, Form

WHO = (
    Asked("name", _("Your name"), autocomplete="name"),
    Asked("email", _("Your e-mail address at work"), "email", autocomplete="email"),
    Asked("country", _("Country you work in"), "list"),
    Asked("unit", _("Your department"), autocomplete="organization"),
    Asked(
        "grade",
        _("Your grade"),
        "number",
        help=_("From 1, at the beginning of a career, to 40. Your pay slip or HR can tell."),
        short=True,
    ),
)
"""What HR tells of people; others say it themselves."""
QUESTIONS = (
    Asked(
        "role",
        _("What would you like to do?"),
        "one",
        options={"mentor": _("Teach what is new: as a mentor"), "mentee": _("Learn what is new: as a mentee")},
    ),
    Asked("offers", _("What can you show somebody?"), "several", help=_("Tick a topic and say how well you know it.")),
    Asked("offer_levels", _("How well do you know it?"), "several"),
    Asked("wants", _("What would you like to learn?"), "several", help=_("Tick a topic and say where you stand.")),
    Asked("want_levels", _("Where do you stand?"), "several"),
    Asked("first", _("What would you like to learn first?"), "list"),
    Asked("languages", _("Languages you can talk in"), "several"),
    Asked("time_zone", _("Your time zone"), "list", help=_("Sessions are shown in it. We have guessed: please look.")),
    Asked(
        "days",
        _("Days you work"),
        "several",
        options={
            "0": _("Monday"),
            "1": _("Tuesday"),
            "2": _("Wednesday"),
            "3": _("Thursday"),
            "4": _("Friday"),
            "5": _("Saturday"),
            "6": _("Sunday"),
        },
    ),
    Asked("start", _("From"), "time", short=True),
    Asked("end", _("Until"), "time", short=True),
    Asked("city", _("City"), help=_("For pairs who would like to meet in one room.")),
    Asked("interests", _("What else do you like?"), help=_("A few words with commas between, such as chess, hiking.")),
    Asked(
        "capacity",
        _("How many partners at a time?"),
        "list",
        options={"1": _("One partner"), "2": _("Two partners")},
        short=True,
    ),
    Asked("cross_border", _("My partner may work in another part of the world"), "tick"),
)

BESIDE = {"topics-not-of-the-programme": "offers", "trained-already": "role", "would-work-backwards": "end"}
"""Code of a refusal → the question it is about."""

KNOWN = Form(Answers, QUESTIONS, button=_("Apply"), beside=BESIDE)
"""For whoever HR has told of."""
UNKNOWN = Form(Introduced, (*WHO, *QUESTIONS), button=_("Apply"), beside=BESIDE | {"programme-not-there": "country"})
"""For everybody else."""
