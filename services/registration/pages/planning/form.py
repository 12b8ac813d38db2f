"""How the terms of a programme are asked for."""

from services.registration.pages.planning.terms import Planned
from shared.domain.marking import _
from shared.web.forms.declaring import Asked, Form

QUESTIONS = (
    Asked("title", _("Title"), help=_("The address of the programme is made from it, and stays when you change it.")),
    Asked("countries", _("Countries"), "several", help=_("Whoever works there can apply.")),
    Asked("more_countries", _("Other countries"), help=_("Their names, with commas between.")),
    Asked("languages", _("Languages"), "several", help=_("Languages in which pairs can talk.")),
    Asked("topics", _("Topics"), "several", help=_("What people can teach and learn.")),
    Asked("more_topics", _("Other topics"), help=_("A few words each, with commas between.")),
    Asked("public_call", _("Whoever has not signed in may read the call, too"), "tick"),
    Asked("starts_on", _("First day"), "date", help=_("No session takes place before it."), short=True),
    Asked("ends_on", _("Last day"), "date", short=True),
    Asked("sessions", _("Sessions of a pair"), "number", short=True),
    Asked("cadence_days", _("Days from one session to the next"), "number", help=_("28 are four weeks."), short=True),
    Asked(
        "minutes",
        _("How long is a session?"),
        "one",
        options={"30": _("30 minutes"), "45": _("45 minutes"), "60": _("60 minutes")},
    ),
    Asked(
        "confirm_within_days",
        _("Days to confirm a session"),
        "number",
        help=_("A session that nobody has confirmed by then counts as missed."),
        short=True,
    ),
    Asked(
        "training",
        _("Who is trained before being paired?"),
        "one",
        options={"both": _("Both"), "mentor": _("Mentors alone"), "none": _("Nobody")},
    ),
    Asked(
        "grade_gap",
        _("Grades between the two"),
        "number",
        help=_("The mentee stands at least so many grades above the mentor."),
        short=True,
    ),
    Asked(
        "same_unit",
        _("Two people of one department"),
        "one",
        options={
            "forbid": _("are never paired"),
            "avoid": _("are paired if nobody else is found"),
            "allow": _("may be paired"),
        },
    ),
    Asked(
        "goal",
        _("What comes first?"),
        "one",
        options={
            "most-people": _("That as many people as possible get a partner"),
            "best-total": _("That the pairs suit each other as well as possible"),
        },
    ),
    Asked(
        "approval",
        _("New pairs"),
        "one",
        options={"automatic": _("They begin by themselves"), "manager": _("A manager approves them")},
    ),
    Asked(
        "decline_within_days",
        _("Days in which either of the two may say no"),
        "number",
        help=_("From the day the pair was formed, and without giving a reason. With 0 nobody can."),
        short=True,
    ),
    Asked("topics_weight", _("What the mentor can teach of what the mentee wants most"), "number", short=True),
    Asked("reciprocity_weight", _("What the mentee hands down of what the mentor wants"), "number", short=True),
    Asked("interests_weight", _("Interests and tastes they share"), "number", short=True),
    Asked("units_weight", _("They come from different units"), "number", short=True),
    Asked("overlap_weight", _("Working hours they have in common"), "number", short=True),
    Asked("city_weight", _("They work in the same city"), "number", short=True),
    Asked("waiting_weight", _("How long they have waited"), "number", short=True),
    Asked(
        "minimum_score",
        _("Lowest score a pair may have"),
        "number",
        help=_("Leave it empty, and every pair that the rules allow may be made."),
        short=True,
    ),
    Asked(
        "alarm_after",
        _("Sessions lost in a row until you are warned"),
        "number",
        help=_("A lost session is one that was cancelled or missed."),
        short=True,
    ),
    Asked("objective_ids", _("Objective"), "several"),
    Asked("objective_titles", _("What is to change?"), "several"),
    Asked(
        "objective_scales",
        _("Measured as"),
        "several",
        options={"1-5": _("Score from 1 to 5"), "count": _("Number"), "percentage": _("Per cent")},
    ),
    Asked("objective_baselines", _("Today"), "several"),
    Asked("objective_targets", _("Aim"), "several"),
)

MAKING = Form(
    Planned,
    QUESTIONS,
    button=_("Keep as a draft"),
    beside={"programme-exists-already": "title", "no-such-countries": "more_countries"},
)
CHANGING = Form(
    Planned,
    QUESTIONS,
    button=_("Keep these terms"),
    beside={
        "countries-taken-away": "countries",
        "new-last-day-has-passed": "ends_on",
        "no-such-countries": "more_countries",
        "programme-has-begun": "starts_on",
    },
)
