"""The rules of pairing: each one a function with a code, a unit and a sentence for people.

Source: the published accounts of reverse-mentoring programmes. A hard rule opens or closes the door between a
mentor and a mentee; a soft one says in per cent how good the pair is in one respect, and the programme's weight of
the same name says how much that counts. Integers only, so that «best» is exact. Age is no rule and is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.matching.candidate import Candidate
from services.matching.overlap import overlap
from shared.events import Criterion
from shared.programme import SameUnit, Terms, Training

HALF_A_WEEK = 20 * 60
"""Minutes of common working time a week from which more does not make a pair better."""

HALF_A_YEAR = 26
"""Weeks of waiting from which longer does not count more."""


@dataclass(frozen=True)
class Hard:
    """A rule that must hold. ``closed`` is the sentence for somebody whose last doors it closed."""

    code: str
    unit: str
    closed: str
    allows: Callable[[Candidate, Candidate, Terms], bool]


@dataclass(frozen=True)
class Soft:
    """A rule that says how good a pair is, in per cent. ``code`` is the name of its weight."""

    code: str
    unit: str
    sentence: str
    per_cent: Callable[[Candidate, Candidate, Terms], int]


HARD: list[Hard] = []
"""Cheapest first: most doors are closed before the dear ones are asked."""

SOFT: list[Soft] = []


def hard(code: str, *, unit: str, closed: str) -> Callable[[Callable[[Candidate, Candidate, Terms], bool]], Hard]:
    """Declare a hard rule ``(mentor, mentee, terms) -> whether the two may be paired``."""

    def declare(allows: Callable[[Candidate, Candidate, Terms], bool]) -> Hard:
        HARD.append(Hard(code, unit, closed, allows))
        return HARD[-1]

    return declare


def soft(code: str, *, unit: str, sentence: str) -> Callable[[Callable[[Candidate, Candidate, Terms], int]], Soft]:
    """Declare a soft rule ``(mentor, mentee, terms) -> per cent``."""

    def declare(per_cent: Callable[[Candidate, Candidate, Terms], int]) -> Soft:
        SOFT.append(Soft(code, unit, sentence, per_cent))
        return SOFT[-1]

    return declare


def is_trained(candidate: Candidate, is_mentor: bool, terms: Terms) -> bool:
    """Whether the programme's training gate lets this person through."""
    gate = terms.pairing.training
    return candidate.trained or gate is Training.NONE or (gate is Training.MENTOR and not is_mentor)


@hard("capacity", unit="partners", closed="Those who would suit have as many partners as they can take.")
def capacity(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """Nobody has more partners than they can take."""
    return mentor.room > 0 and mentee.room > 0


@hard("training", unit="people trained", closed="Those who would suit have not done the training yet.")
def training(mentor: Candidate, mentee: Candidate, terms: Terms) -> bool:
    """Whoever must be trained is."""
    return is_trained(mentor, True, terms) and is_trained(mentee, False, terms)


@hard("never-before", unit="pairs", closed="Those who would suit were partners before.")
def never_before(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """The two never were a pair."""
    return mentee.id not in mentor.partners and mentor.id not in mentee.partners


@hard("grade-gap", unit="grades", closed="Between them and those who would suit, the mentee is not senior enough.")
def grade_gap(mentor: Candidate, mentee: Candidate, terms: Terms) -> bool:
    """The mentee is more senior by the programme's gap at least."""
    return mentee.profile.grade - mentor.profile.grade >= terms.pairing.grade_gap


@hard("reporting-line", unit="levels", closed="One of them reports to the other, directly or further up.")
def reporting_line(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """Neither stands above the other in the reporting line, and nobody is paired with oneself."""
    if mentor.person_id == mentee.person_id:
        return False
    return mentee.person_id not in mentor.profile.managers and mentor.person_id not in mentee.profile.managers


@hard("same-unit", unit="units", closed="Those who would suit work in the same unit.")
def same_unit(mentor: Candidate, mentee: Candidate, terms: Terms) -> bool:
    """Two of one unit are paired only where the programme allows it."""
    return terms.pairing.same_unit is not SameUnit.FORBID or mentor.unit != mentee.unit


@hard(
    "cross-border", unit="countries", closed="Those who would suit work in another country, and one side declined that."
)
def cross_border(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """Both consent when their countries differ."""
    here, there = mentor.profile, mentee.profile
    return here.country == there.country or (here.cross_border and there.cross_border)


@hard("language", unit="languages", closed="They share no language with those who would suit.")
def language(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """The two share a language, whatever its regional form."""
    return not mentor.languages.isdisjoint(mentee.languages)


@hard("topic", unit="topics", closed="What the mentee wants to learn and what the mentor knows better do not meet.")
def topic(mentor: Candidate, mentee: Candidate, _: Terms) -> bool:
    """The mentor offers a topic the mentee wants, at a level above the mentee's."""
    return any(mentor.offers.get(wanted, 0) > level for wanted, level, _priority in mentee.wants)


@hard("working-hours", unit="minutes", closed="Their working hours leave no room for a session.")
def working_hours(mentor: Candidate, mentee: Candidate, terms: Terms) -> bool:
    """In every week of a year, clock changes included, there is time for a session within both working hours."""
    return overlap(mentor.hours, mentee.hours, terms.starts_on).longest >= terms.plan.minutes


def taught(teacher: Candidate, learner: Candidate) -> int:
    """Per cent of what the learner wants: per topic the gap between levels times priority, 5 the highest level."""
    if not learner.everything:
        return 0
    gained = 0
    for wanted, level, priority in learner.wants:
        gained += priority * max(0, teacher.offers.get(wanted, 0) - level)
    return 100 * gained // learner.everything


@soft("topics", unit="per cent", sentence="What the mentor can teach of what the mentee wants most")
def topics(mentor: Candidate, mentee: Candidate, _: Terms) -> int:
    """Gap between levels, weighted by the mentee's priorities."""
    return taught(mentor, mentee)


@soft("reciprocity", unit="per cent", sentence="What the mentee hands down of what the mentor wants")
def reciprocity(mentor: Candidate, mentee: Candidate, _: Terms) -> int:
    """The same the other way round: it is an exchange and not a lesson."""
    return taught(mentee, mentor)


@soft("interests", unit="per cent", sentence="Interests and tastes they share")
def interests(mentor: Candidate, mentee: Candidate, _: Terms) -> int:
    """Shared interests of all that either names (Jaccard index)."""
    either = len(mentor.interests | mentee.interests)
    return 100 * len(mentor.interests & mentee.interests) // either if either else 0


@soft("units", unit="per cent", sentence="They come from different units")
def units(mentor: Candidate, mentee: Candidate, terms: Terms) -> int:
    """Different units are good; the same one counts against a pair where the programme says «avoid»."""
    if mentor.unit != mentee.unit:
        return 100
    return -100 if terms.pairing.same_unit is SameUnit.AVOID else 0


@soft("overlap", unit="per cent", sentence="Working hours they have in common")
def common_hours(mentor: Candidate, mentee: Candidate, terms: Terms) -> int:
    """Common working time in the year's worst week, up to half a week."""
    weekly = overlap(mentor.hours, mentee.hours, terms.starts_on).weekly
    return 100 * min(weekly, HALF_A_WEEK) // HALF_A_WEEK


@soft("city", unit="per cent", sentence="They work in the same city")
def city(mentor: Candidate, mentee: Candidate, _: Terms) -> int:
    """The same city, where the programme wants people to meet face to face."""
    return 100 if mentor.city is not None and mentor.city == mentee.city else 0


@soft("waiting", unit="per cent", sentence="How long they have waited")
def waiting(mentor: Candidate, mentee: Candidate, _: Terms) -> int:
    """Weeks both have waited, up to half a year each."""
    weeks = min(mentor.waited_weeks, HALF_A_YEAR) + min(mentee.waited_weeks, HALF_A_YEAR)
    return 100 * weeks // (2 * HALF_A_YEAR)


def is_open(mentor: Candidate, mentee: Candidate, terms: Terms) -> bool:
    """Whether every hard rule lets the two be a pair."""
    for rule in HARD:  # noqa: SIM110 - asked of every pair of people: a generator would take a third longer
        if not rule.allows(mentor, mentee, terms):
            return False
    return True


def closers(mentor: Candidate, mentee: Candidate, terms: Terms) -> tuple[str, ...]:
    """Codes of the hard rules that keep the two apart, in the rules' order."""
    return tuple(rule.code for rule in HARD if not rule.allows(mentor, mentee, terms))


def criteria(mentor: Candidate, mentee: Candidate, terms: Terms) -> tuple[Criterion, ...]:
    """What each soft rule gives this pair: weight times per cent. Rules switched off are left out."""
    return tuple(
        Criterion(rule=rule.code, points=weight * rule.per_cent(mentor, mentee, terms))
        for rule, weight in weighed(terms)
    )


def weighed(terms: Terms) -> list[tuple[Soft, int]]:
    """The soft rules this programme uses, with their weights."""
    weights = {rule.code: int(getattr(terms.pairing.weights, rule.code)) for rule in SOFT}
    return [(rule, weights[rule.code]) for rule in SOFT if weights[rule.code]]


def words(criterion: Criterion) -> str:
    """A criterion in words."""
    return next((rule.sentence for rule in SOFT if rule.code == criterion.rule), criterion.rule)
