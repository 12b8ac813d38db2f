"""The rules of pairing once more, for two people at a time and in plain Python, and the best of all ways to pair."""

from collections import Counter
from datetime import date
from functools import cache
from itertools import combinations
from unicodedata import normalize

from services.matching.markets.outcome import Worth
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.overlap import Hours
from shared.domain.working.hours import Span, Works, common_times, working_time
from shared.language.profile import WorkingHours
from shared.language.terms import Goal, SameUnit, Terms, Training

Couple = tuple[str, str]
"""Mentor and mentee ids."""

Value = tuple[int, int, int]
"""People, people who return, points."""


def broken(mentor: Candidate, mentee: Candidate, terms: Terms) -> set[str]:
    """Codes of the hard rules that forbid the pair."""
    rules, gate = terms.pairing, terms.pairing.training
    holds = {
        "capacity": min(mentor.room, mentee.room) > 0,
        "training": (mentor.trained or gate is Training.NONE) and (mentee.trained or gate is not Training.BOTH),
        "cross-border": mentor.profile.country == mentee.profile.country
        or (mentor.profile.cross_border and mentee.profile.cross_border),
        "language": bool(spoken(mentor) & spoken(mentee)),
        "working-hours": min(map(max, in_common(mentor, mentee, terms))) >= terms.plan.minutes,
        "grade-gap": mentee.profile.grade - mentor.profile.grade >= rules.grade_gap,
        "same-unit": rules.same_unit is not SameUnit.FORBID or not same_unit(mentor, mentee),
        "reporting-line": mentor.person_id not in {mentee.person_id, *mentee.profile.managers}
        and mentee.person_id not in mentor.profile.managers,
        "never-before": mentee.id not in mentor.partners and mentor.id not in mentee.partners,
        "topic": learnt(mentor, mentee) > 0,
    }
    return {code for code, is_kept in holds.items() if not is_kept}


def in_common(mentor: Candidate, mentee: Candidate, terms: Terms) -> list[list[int]]:
    """Common stretches of every whole week of the programme's first year, in minutes; at least nothing."""
    return weeks_in_common(mentor.hours, mentee.hours, terms.starts_on, terms.ends_on)


@cache
def weeks_in_common(mentor: Hours, mentee: Hours, starts_on: date, ends_on: date) -> list[list[int]]:
    """The same; of all days together, where there is no whole week."""
    programme = range(starts_on.toordinal(), ends_on.toordinal())
    mondays = [day for day in programme if date.fromordinal(day).weekday() == 0 and day + 6 in programme][:53]
    weeks = [range(monday, monday + 7) for monday in mondays] or [programme]
    one, other = days_of(mentee, programme), days_of(mentor, programme)
    return [
        [0, *((end - start) // 60 for day in week for start, end in common_times(one, other, day))] for week in weeks
    ]


def days_of(person: Hours, programme: range) -> Works:
    """Nobody meets outside the programme."""
    zone, start, end, days = person
    hours = WorkingHours(start=start, end=end, days=days)

    def works(day: int) -> Span | None:
        return working_time(hours, zone, day) if day in programme else None

    return works


def spoken(person: Candidate) -> set[str]:
    """Languages, whatever their regional form."""
    tongues = {language.split("-")[0] for language in person.profile.languages}
    return {"no" if tongue in ("nb", "nn") else tongue for tongue in tongues}


def same_unit(one: Candidate, other: Candidate) -> bool:
    """However they are written."""
    return plain(one.profile.unit) == plain(other.profile.unit)


def plain(text: str) -> str:
    """As anybody would compare it."""
    return " ".join(normalize("NFKC", text.replace("\u00ad", "")).casefold().split())


def learnt(teacher: Candidate, learner: Candidate) -> int:
    """Gaps between levels times priorities."""
    level = {skill.topic: skill.level for skill in teacher.profile.offers}
    return sum(wish.priority * max(0, level.get(wish.topic, 0) - wish.level) for wish in learner.profile.wants)


def per_cents(mentor: Candidate, mentee: Candidate, terms: Terms) -> dict[str, int]:
    """What every soft rule says."""
    tastes = [{plain(taste) for taste in person.profile.interests} for person in (mentor, mentee)]
    different = -100 if terms.pairing.same_unit is SameUnit.AVOID else 0
    cities = {(person.profile.country, plain(person.profile.city)) for person in (mentor, mentee)}
    hours = min(map(sum, in_common(mentor, mentee, terms)))
    return {
        "topics": share(learnt(mentor, mentee), possible(mentee)),
        "reciprocity": share(learnt(mentee, mentor), possible(mentor)),
        "interests": share(len(tastes[0] & tastes[1]), len(tastes[0] | tastes[1])),
        "units": different if same_unit(mentor, mentee) else 100,
        "overlap": share(min(hours, 1200), 1200),
        "city": 100 if len(cities) == 1 and mentor.profile.city.strip() else 0,
        "waiting": share(min(mentor.waited_weeks, 26) + min(mentee.waited_weeks, 26), 52),
    }


def possible(learner: Candidate) -> int:
    """All there is to learn."""
    return sum(wish.priority * (5 - wish.level) for wish in learner.profile.wants)


def share(part: int, whole: int) -> int:
    """Per cent, rounded down."""
    return 100 * part // whole if whole else 0


def points(mentor: Candidate, mentee: Candidate, terms: Terms) -> int:
    """Weight times per cent."""
    return sum(getattr(terms.pairing.weights, code) * value for code, value in per_cents(mentor, mentee, terms).items())


def allowed(snapshot: Snapshot) -> dict[Couple, int]:
    """Every pair a round may make beside the locked ones, and its score."""
    apart, minimum = {*snapshot.forbidden, *snapshot.locked}, snapshot.terms.pairing.minimum_score
    left = room(snapshot)
    scores = {
        (mentor.id, mentee.id): points(mentor, mentee, snapshot.terms)
        for mentor in snapshot.mentors
        for mentee in snapshot.mentees
        if min(left[mentor.id], left[mentee.id]) > 0
        and (mentor.id, mentee.id) not in apart
        and not broken(mentor, mentee, snapshot.terms)
    }
    return {pair: score for pair, score in scores.items() if minimum is None or score >= minimum}


def room(snapshot: Snapshot) -> dict[str, int]:
    """Places left beside the locked pairs."""
    taken = Counter(person for pair in snapshot.locked for person in pair)
    return {person.id: person.room - taken[person.id] for person in snapshot.candidates}


def worth(snapshot: Snapshot, couples: set[Couple]) -> Value:
    """What these pairs are worth."""
    people = {person.id: person for person in snapshot.candidates}
    paired = [people[person] for person in {one for pair in couples for one in pair} if people[person].alone]
    total = sum(points(people[mentor], people[mentee], snapshot.terms) for mentor, mentee in couples)
    if snapshot.terms.pairing.goal is Goal.BEST_TOTAL:
        return 0, 0, total
    return len(paired), sum(person.returning for person in paired), total


def best(snapshot: Snapshot, minimum: int = -(10**9)) -> Value:
    """The highest worth of all sets of pairs that hold the locked ones and otherwise have this score at least."""
    scores = {pair: score for pair, score in allowed(snapshot).items() if score >= minimum}
    places = room(snapshot)

    @cache
    def rest(nth: int, left: tuple[tuple[str, int], ...], made: frozenset[Couple]) -> Value:
        if nth == len(snapshot.mentees):
            return worth(snapshot, set(made))
        mentee, free = snapshot.mentees[nth].id, dict(left)
        there = [mentor for mentor in free if free[mentor] and (mentor, mentee) in scores]
        return max(
            rest(
                nth + 1,
                tuple((mentor, free[mentor] - (mentor in which)) for mentor in free),
                made | {(mentor, mentee) for mentor in which},
            )
            for many in range(places[mentee] + 1)
            for which in combinations(there, many)
        )

    return rest(0, tuple((mentor.id, places[mentor.id]) for mentor in snapshot.mentors), frozenset(snapshot.locked))


def value(found: Worth) -> Value:
    """To compare."""
    return found.people, found.returning, found.points
