"""What the rules of pairing read of people, one value of each or what is known of two, and how they reckon in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.rules.crowd import Column, Pairwise
from services.matching.rules.meeting import Answer
from services.matching.rules.overlap import longest, weekly
from shared.language.terms import Terms

HALF_A_WEEK = 20 * 60
"""Minutes of common working time a week from which more does not make a pair better."""

HALF_A_YEAR = 26
"""Weeks of waiting from which longer does not count more."""

ROOM = Column(lambda candidate: candidate.room > 0)
TRAINED = Column(lambda candidate: candidate.trained)
GRADE = Column(lambda candidate: candidate.profile.grade)
UNIT = Column(lambda candidate: candidate.unit, label=True)
COUNTRY = Column(lambda candidate: candidate.profile.country, label=True)
CROSS_BORDER = Column(lambda candidate: candidate.profile.cross_border)
LANGUAGES = Column(lambda candidate: candidate.languages, label=True)
HOURS = Column(lambda candidate: candidate.hours, label=True)
CITY = Column(lambda candidate: candidate.city or candidate.id, label=True)
"""Whoever names no city has one to themselves."""
WAITED = Column(lambda candidate: min(candidate.waited_weeks, HALF_A_YEAR))
WISHED_FOR = Column(lambda candidate: candidate.everything)
INTERESTS = Column(lambda candidate: len(candidate.interests))

PLACE = (ROOM, TRAINED, COUNTRY, CROSS_BORDER, LANGUAGES, HOURS)
"""What coarse rules may read."""


def _shared(mentors: Any, mentees: Any, _: Any) -> NDArray[np.bool_]:
    marks = [not one.isdisjoint(other) for one in mentees for other in mentors]
    return np.array(marks, dtype=np.bool_).reshape(len(mentees), len(mentors))


SHARE_A_LANGUAGE = Pairwise(LANGUAGES, _shared)
LONGEST = Pairwise(HOURS, lambda mentors, mentees, terms: longest(mentors, mentees, terms.starts_on, terms.ends_on))


def _hours_shared(mentors: Any, mentees: Any, terms: Terms) -> Answer:
    return 100 * np.minimum(weekly(mentors, mentees, terms.starts_on, terms.ends_on), HALF_A_WEEK) // HALF_A_WEEK


HOURS_SHARED = Pairwise(HOURS, _hours_shared)


def per_cent(part: Answer, whole: Answer) -> Answer:
    """100 × part ÷ whole, rounded down; 0 where there is nothing at all.

    In single precision, which is exact here: both stay below 2**24, a quotient below 2**7, and a quotient that is
    no integer keeps a distance of at least 1 ÷ whole from the next one.
    """
    hundredfold = np.multiply(part, np.float32(100), dtype=np.float32)
    hundredfold /= np.maximum(whole, 1).astype(np.float32)
    return hundredfold.astype(np.int32)
