"""The rules of pairing: each one a function with a code, a unit and a sentence for people.

Source: the published accounts of reverse-mentoring programmes. A hard rule opens or closes the door between a
mentor and a mentee; a soft one says in per cent how good the pair is in one respect, and the programme's weight of
the same name says how much that counts. Integers only, so that «best» is exact. Age is no rule and is not known.

A rule is asked of a ``Meeting``: what it reads of mentors and mentees is written as if they were two people, and
answers for all of them at once. To add one, add a function: a hard one here, a soft one to
``soft_rules``, and its weight to the programme's.
"""

from services.matching.rules import changes, columns, soft_rules
from services.matching.rules.declaring import DECLARED_HARD, hard
from services.matching.rules.meeting import Answer, Meeting
from shared.domain.marking import Addressed, _
from shared.language.terms import SameUnit, Training


@hard(
    "capacity",
    unit="partners",
    closed=_("Those who would suit have as many partners as they can take."),
    broken=_("One of them has as many partners as they can take."),
    coarse=True,
)
def capacity(meet: Meeting) -> Answer:
    """Nobody has more partners than they can take."""
    return (meet.mentor(columns.ROOM) > 0) & (meet.mentee(columns.ROOM) > 0)


@hard(
    "training",
    unit="people trained",
    closed=Addressed(
        you=_("You and those who would suit you have not all done the training yet."),
        others=_("They and those who would suit have not all done the training yet."),
    ),
    broken=_("One of them has not done the training yet."),
    coarse=True,
    change=changes.TRAINING,
)
def training(meet: Meeting) -> Answer:
    """Whoever must be trained is."""
    gate = meet.terms.pairing.training
    mentors, mentees = meet.mentor(columns.TRAINED) > 0, meet.mentee(columns.TRAINED) > 0
    return (mentors | (gate is Training.NONE)) & (mentees | (gate is not Training.BOTH))


@hard(
    "cross-border",
    unit="countries",
    closed=_("Those who would suit work in another country, and not both sides have agreed to that."),
    broken=Addressed(
        you=_("The two of you work in different countries, and one of you has not agreed to that."),
        others=_("They work in different countries, and one of them has not agreed to that."),
    ),
    coarse=True,
    change=changes.CROSS_BORDER,
)
def cross_border(meet: Meeting) -> Answer:
    """Both consent when their countries differ."""
    both = (meet.mentor(columns.CROSS_BORDER) > 0) & (meet.mentee(columns.CROSS_BORDER) > 0)
    return (meet.mentor(columns.COUNTRY) == meet.mentee(columns.COUNTRY)) | both


@hard(
    "language",
    unit="languages",
    closed=Addressed(
        you=_("You share no language with those who would suit you."),
        others=_("They share no language with those who would suit."),
    ),
    broken=Addressed(
        you=_("The two of you share no language."),
        others=_("They share no language."),
    ),
    coarse=True,
    change=changes.LANGUAGE,
)
def language(meet: Meeting) -> Answer:
    """The two share a language, whatever its regional form."""
    return meet.between(columns.SHARE_A_LANGUAGE)


@hard(
    "working-hours",
    unit="minutes",
    closed=Addressed(
        you=_("Your working hours leave no room for a session."),
        others=_("Their working hours leave no room for a session."),
    ),
    broken=Addressed(
        you=_("The working hours of the two of you leave no room for a session."),
        others=_("Their working hours leave no room for a session."),
    ),
    coarse=True,
)
def working_hours(meet: Meeting) -> Answer:
    """In every week of the programme, clock changes included, there is time for a session within both working hours."""
    return meet.between(columns.LONGEST) >= meet.terms.plan.minutes


@hard(
    "grade-gap",
    unit="grades",
    closed=Addressed(
        you=_("Between you and those who would suit you, the mentee is not senior enough."),
        others=_("Between them and those who would suit, the mentee is not senior enough."),
    ),
    broken=_("The mentee is not senior enough for this mentor."),
)
def grade_gap(meet: Meeting) -> Answer:
    """The mentee is more senior by the programme's gap at least."""
    return meet.mentee(columns.GRADE) - meet.mentor(columns.GRADE) >= meet.terms.pairing.grade_gap


@hard(
    "same-unit",
    unit="units",
    closed=Addressed(
        you=_("Those who would suit you work in the same unit as you."),
        others=_("Those who would suit work in the same unit."),
    ),
    broken=Addressed(
        you=_("The two of you work in the same unit."),
        others=_("They work in the same unit."),
    ),
)
def same_unit(meet: Meeting) -> Answer:
    """Two of one unit are paired only where the programme allows it."""
    return (meet.mentor(columns.UNIT) != meet.mentee(columns.UNIT)) | (
        meet.terms.pairing.same_unit is not SameUnit.FORBID
    )


@hard(
    "reporting-line",
    unit="levels",
    closed=Addressed(
        you=_("Those who would suit you are above or below you in the reporting line."),
        others=_("Those who would suit are above or below them in the reporting line."),
    ),
    broken=Addressed(
        you=_("One of you reports to the other, directly or further up."),
        others=_("One of them reports to the other, directly or further up."),
    ),
)
def reporting_line(meet: Meeting) -> Answer:
    """Neither stands above the other in the reporting line, and nobody is paired with oneself."""
    return ~meet.among(meet.crowd.related)


@hard(
    "never-before",
    unit="pairs",
    closed=Addressed(
        you=_("Those who would suit you were your partners before."),
        others=_("Those who would suit were partners before."),
    ),
    broken=_("They were partners before."),
)
def never_before(meet: Meeting) -> Answer:
    """The two never were a pair."""
    return ~meet.among(meet.crowd.met)


@hard(
    "topic",
    unit="topics",
    closed=_("What the mentee wants to learn and what the mentor knows better do not meet."),
    broken=_("The mentor knows nothing better that the mentee wants to learn."),
    change=changes.TOPIC,
)
def topic(meet: Meeting) -> Answer:
    """The mentor offers a topic the mentee wants, at a level above the mentee's."""
    return meet.taught > 0


HARD, SOFT = DECLARED_HARD, soft_rules.SOFT
"""All of these in their order. Hard ones cheapest first: most doors are closed before the dear ones are asked."""
