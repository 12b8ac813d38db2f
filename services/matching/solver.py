"""A whole round as one pure computation: snapshot in, pairs and reasons out. It runs in a process of its own."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching import reasons
from services.matching.assignment import Doors, Scores, assign
from services.matching.candidate import Candidate, Snapshot
from services.matching.rules import closers, criteria, is_open, is_trained, weighed
from shared.events import Criterion
from shared.programme import Role, Terms


@dataclass(frozen=True, kw_only=True)
class Match:
    """Two people the round puts together."""

    mentor_id: str
    mentee_id: str
    score: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a round found. ``digest`` is the same whenever snapshot and result are, on any machine."""

    matches: tuple[Match, ...]
    left_over: dict[str, reasons.Because]
    """Participant id → why nobody was found, for everybody who has no partner at all."""
    digest: str


def solve(snapshot: Snapshot) -> Outcome:
    """The best pairs of these people, and the reason for each one left over.

    As many people as possible are paired, then the total score is highest; proven by the method, not estimated.
    """
    mentors, mentees, terms = snapshot.mentors, snapshot.mentees, snapshot.terms
    doors, scores = _look(mentors, mentees, terms)
    edges = assign(scores, doors, [mentor.room for mentor in mentors], [mentee.room for mentee in mentees])
    matches = tuple(_match(mentors[row], mentees[column], terms) for row, column in edges)
    paired = {person for match in matches for person in (match.mentor_id, match.mentee_id)}
    # A candidate whose room is not their capacity has a partner already and waits for nothing.
    waiting = [c for c in (*mentors, *mentees) if c.room == c.profile.capacity and c.id not in paired]
    left_over = {candidate.id: why_left_over(candidate, snapshot) for candidate in waiting}
    return Outcome(matches=matches, left_over=left_over, digest=_digest(snapshot, matches))


def _look(mentors: Sequence[Candidate], mentees: Sequence[Candidate], terms: Terms) -> tuple[Doors, Scores]:
    """Every pair of people: may they, and how good would it be?"""
    doors = np.zeros((len(mentors), len(mentees)), dtype=np.bool_)
    scores = np.zeros((len(mentors), len(mentees)), dtype=np.int64)
    soft = weighed(terms)
    for row, mentor in enumerate(mentors):
        for column, mentee in enumerate(mentees):
            if is_open(mentor, mentee, terms):
                doors[row, column] = True
                scores[row, column] = sum(weight * rule.per_cent(mentor, mentee, terms) for rule, weight in soft)
    return doors, scores


def _match(mentor: Candidate, mentee: Candidate, terms: Terms) -> Match:
    shares = criteria(mentor, mentee, terms)
    score = sum(share.points for share in shares)
    return Match(mentor_id=mentor.id, mentee_id=mentee.id, score=score, criteria=shares)


def why_left_over(candidate: Candidate, snapshot: Snapshot) -> reasons.Because:
    """Why nobody was found: the fewest rules that would have to give way to open a door, the commonest such set.

    A door that stands open leads to somebody who was paired otherwise, for more people or a higher total.
    """
    is_mentor = candidate.profile.role is Role.MENTOR
    if not is_trained(candidate, is_mentor, snapshot.terms):
        return (reasons.UNTRAINED,)
    others = snapshot.mentees if is_mentor else snapshot.mentors
    if not others:
        return (reasons.NOBODY_THERE,)
    pairs = ((candidate, other) if is_mentor else (other, candidate) for other in others)
    nearest = _nearest(closers(mentor, mentee, snapshot.terms) for mentor, mentee in pairs)
    return nearest or (reasons.ALL_TAKEN,)


def _nearest(doors: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    times = Counter(doors)
    return min(times, key=lambda closed: (len(closed), -times[closed], closed))


def _digest(snapshot: Snapshot, matches: tuple[Match, ...]) -> str:
    result = json.dumps([[match.mentor_id, match.mentee_id, match.score] for match in matches])
    return hashlib.sha256(f"{snapshot.text()}\n{result}".encode()).hexdigest()
