"""The soft rules of pairing: how good a pair is in one respect each, in per cent. The hard ones are in ``rules``."""

import numpy as np

from services.matching.rules import columns
from services.matching.rules.columns import per_cent
from services.matching.rules.declaring import DECLARED_SOFT, soft
from services.matching.rules.meeting import Answer, Meeting
from shared.domain.marking import Addressed, _
from shared.language.terms import SameUnit


@soft("topics", unit="per cent", sentence=_("What the mentor can teach of what the mentee wants most"))
def topics(meet: Meeting) -> Answer:
    """Gap between levels, weighted by the mentee's priorities, of all there is to learn up to the highest level."""
    return per_cent(meet.taught, meet.mentee(columns.WISHED_FOR))


@soft("reciprocity", unit="per cent", sentence=_("What the mentee hands down of what the mentor wants"))
def reciprocity(meet: Meeting) -> Answer:
    """The same the other way round: it is an exchange and not a lesson."""
    return per_cent(meet.handed_down, meet.mentor(columns.WISHED_FOR))


@soft(
    "interests",
    unit="per cent",
    sentence=Addressed(you=_("Interests and tastes you share"), others=_("Interests and tastes they share")),
)
def interests(meet: Meeting) -> Answer:
    """Shared interests of all that either names (Jaccard index)."""
    common = meet.common_interests
    return per_cent(common, meet.mentor(columns.INTERESTS) + meet.mentee(columns.INTERESTS) - common)


@soft(
    "units",
    unit="per cent",
    sentence=Addressed(you=_("You come from different units"), others=_("They come from different units")),
)
def units(meet: Meeting) -> Answer:
    """Different units are good; the same one counts against a pair where the programme says «avoid»."""
    same = -100 if meet.terms.pairing.same_unit is SameUnit.AVOID else 0
    return np.where(meet.mentor(columns.UNIT) != meet.mentee(columns.UNIT), np.int16(100), np.int16(same))


@soft(
    "overlap",
    unit="per cent",
    sentence=Addressed(you=_("Working hours you have in common"), others=_("Working hours they have in common")),
)
def common_hours(meet: Meeting) -> Answer:
    """Common working time in the programme's worst week, up to half a week."""
    return meet.between(columns.HOURS_SHARED)


@soft(
    "city",
    unit="per cent",
    sentence=Addressed(you=_("You work in the same city"), others=_("They work in the same city")),
)
def city(meet: Meeting) -> Answer:
    """The same city, where the programme wants people to meet face to face."""
    return np.where(meet.mentor(columns.CITY) == meet.mentee(columns.CITY), np.int16(100), np.int16(0))


@soft(
    "waiting",
    unit="per cent",
    sentence=Addressed(you=_("How long you have waited"), others=_("How long they have waited")),
)
def waiting(meet: Meeting) -> Answer:
    """Weeks both have waited, up to half a year each."""
    return 100 * (meet.mentor(columns.WAITED) + meet.mentee(columns.WAITED)) // (2 * columns.HALF_A_YEAR)


SOFT = DECLARED_SOFT
