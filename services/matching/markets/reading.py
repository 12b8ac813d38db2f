"""A snapshot made ready: what cannot be considered is named and left out, and locked pairs take their places."""

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from services.matching.rules.asking import scores
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD
from shared.language.reasons import Reason
from shared.language.terms import Role


class Reading(NamedTuple):
    """Everybody the rules can be asked about."""

    crowd: Crowd
    left_out: dict[str, str]
    """Participant id → what is wrong with the record, as a line of a code and facts."""
    locked_people: frozenset[str]
    """Ids of those who get their first partner from a manager."""


def read(snapshot: Snapshot) -> Reading:
    """The snapshot made ready; raises what the rules raise when they fail for no single person."""
    wrong: dict[str, str] = {}
    try:
        crowd = _crowd(snapshot)
    except Exception:
        wrong = _wrong(snapshot)
        if not wrong:
            raise
        snapshot = snapshot.without(wrong)
        crowd = _crowd(snapshot)
    paired = {person for pair in crowd.snapshot.locked for person in pair}
    return Reading(crowd, wrong, frozenset(c.id for c in snapshot.candidates if c.alone and c.id in paired))


def _crowd(snapshot: Snapshot) -> Crowd:
    crowd = Crowd(_with_locked(snapshot))
    if crowd.mentors.everybody and crowd.mentees.everybody:
        _ask(Meeting(crowd, crowd.mentors.pick([0]), crowd.mentees.pick([0])))
    return crowd


def _ask(meet: Meeting) -> None:
    """Ask every rule once, so that all it reads of everybody has been read."""
    for rule in HARD:
        rule.allows(meet)
    scores(meet)


def _wrong(snapshot: Snapshot) -> dict[str, str]:
    """Who cannot be considered, and why; found by halving, because there may be many people and few such records."""
    problem = _problem(snapshot)
    if not problem:
        return {}
    if len(snapshot.candidates) < 2:
        return {candidate.id: problem for candidate in snapshot.candidates}
    half = len(snapshot.candidates) // 2
    parts = snapshot.candidates[:half], snapshot.candidates[half:]
    first, second = (_wrong(replace(snapshot, candidates=part)) for part in parts)
    return first | second


def _problem(snapshot: Snapshot) -> str:
    """What happens when the rules are asked about these people, each in both roles."""
    try:
        twins = tuple(_as(role, candidate) for candidate in snapshot.candidates for role in Role)
        crowd = Crowd(Snapshot(terms=snapshot.terms, candidates=twins))
        _ask(Meeting(crowd, crowd.mentors.pick([0]), crowd.mentees.pick([0])))
    except Exception as error:
        return str(Reason("rules-fail", error=type(error).__name__))
    return ""


def _as(role: Role, candidate: Candidate) -> Candidate:
    return replace(candidate, profile=candidate.profile.model_copy(update={"role": role}))


def _with_locked(snapshot: Snapshot) -> Snapshot:
    """Whoever a manager has put together has a place less and a partner."""
    known = {candidate.id for candidate in snapshot.candidates}
    locked = tuple(pair for pair in snapshot.locked if known.issuperset(pair))
    taken = Counter(person for pair in locked for person in pair)
    if not taken:
        return replace(snapshot, locked=())
    people = tuple(
        replace(c, room=max(0, c.room - taken[c.id]), alone=False) if c.id in taken else c for c in snapshot.candidates
    )
    return replace(snapshot, candidates=people, locked=locked)
