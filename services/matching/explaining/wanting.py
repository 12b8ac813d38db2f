"""Mentors who are wanted: which kinds to look for, tried by the very rules on the mentees a round left over."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.markets.outcome import Wanted
from services.matching.rules.asking import doors, scores
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.changes import HIGHEST, TOPIC
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from services.matching.rules.overlap import Hours
from shared.language.profile import Profile
from shared.language.terms import Goal, Role, Terms
from shared.language.values.accepted import ACCEPTED

WANTED = 10
"""Kinds of mentors that are named."""

KINDS = 2**11
"""Kinds that are tried, those that may help most people first."""

AT_ONCE = 2**18
"""Pairs the rules are asked about at once."""


class Kind(NamedTuple):
    """A kind of mentor. Language and country occur together among the participants."""

    topic: str
    language: str
    country: str


def wanted(snapshot: Snapshot, left: Sequence[Candidate]) -> tuple[Wanted, ...]:
    """Mentors who would pair the most of these mentees left over, one each: the best kind first, then the best kind
    for whom that does not help, and so on.

    They are junior enough for everybody, of a unit of their own, trained, open to other countries, and work the
    commonest hours of their country.
    """
    kinds = _kinds(snapshot, left)
    waiting = _helped(snapshot.terms, _mentors(snapshot, kinds), left) if kinds else np.zeros((0, 0), dtype=np.bool_)
    found: list[Wanted] = []
    while waiting.any() and len(found) < WANTED:
        numbers = np.count_nonzero(waiting, axis=0)
        best = int(numbers.argmax())
        found.append(Wanted(**kinds[best]._asdict(), mentors=int(numbers[best])))
        waiting = waiting[~waiting[:, best]]
    return tuple(found)


def _kinds(snapshot: Snapshot, left: Sequence[Candidate]) -> list[Kind]:
    topics = Counter(topic for mentee in left for topic in set(TOPIC.reach(mentee, snapshot.terms)))
    languages = Counter(language for mentee in left for language in mentee.languages)
    spoken = {(language, person.profile.country) for person in snapshot.candidates for language in person.languages}
    kinds = [Kind(topic, *place) for topic in topics for place in spoken if place[0] in languages]
    return sorted(kinds, key=lambda kind: (-min(topics[kind.topic], languages[kind.language]), kind))[:KINDS]


def _mentors(snapshot: Snapshot, kinds: Sequence[Kind]) -> list[Candidate]:
    hours: dict[str, Counter[Hours]] = defaultdict(Counter)
    for person in snapshot.candidates:
        hours[person.profile.country][person.hours] += 1
    usual = {country: min(known, key=lambda each: (-known[each], each)) for country, known in hours.items()}
    return [_mentor(f"wanted/{nth:04}", kind, usual[kind.country]) for nth, kind in enumerate(kinds)]


def _mentor(identity: str, kind: Kind, hours: Hours) -> Candidate:
    """No participant has such an id."""
    time_zone, start, end, days = hours
    facts = {
        "role": Role.MENTOR,
        "country": kind.country,
        "time_zone": time_zone,
        "languages": (kind.language,),
        "unit": identity,
        "grade": 1,
        "working_hours": {"start": start, "end": end, "days": days},
        "offers": ({"topic": kind.topic, "level": HIGHEST},),
    }
    profile = Profile.model_validate(facts, context=ACCEPTED)  # places and hours are those of people taken in before
    return Candidate(
        id=identity, person_id=identity, profile=profile, trained=True, room=1, partners=frozenset(), waited_weeks=0
    )


def _helped(terms: Terms, mentors: Sequence[Candidate], mentees: Sequence[Candidate]) -> NDArray[np.bool_]:
    """Mentees × mentors (by id): whether the round would make the pair."""
    crowd = Crowd(Snapshot(terms=terms, candidates=(*mentors, *mentees)))
    height = max(1, AT_ONCE // len(mentors))
    parts = [crowd.mentees.pick(slice(start, start + height)) for start in range(0, len(mentees), height)]
    return np.concatenate([_made(Meeting(crowd, crowd.mentors, rows)) for rows in parts])


def _made(meet: Meeting) -> NDArray[np.bool_]:
    minimum, total = meet.terms.pairing.minimum_score, meet.terms.pairing.goal is Goal.BEST_TOTAL
    open_ = doors(meet)
    if minimum is None and not total:
        return open_
    return open_ & (scores(meet) >= max(minimum or 0, 1 if total else 0))
