"""Whether hard rules hold between given people, for what happens one pair at a time and outside of rounds."""

from collections.abc import Sequence

from services.matching.rules.asking import closers
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from shared.language.terms import Terms

Couple = tuple[Candidate, Candidate]
"""Mentor and mentee."""


def broken_rules(couples: Sequence[Couple], terms: Terms) -> list[tuple[str, ...]]:
    """The codes of the hard rules that keep each mentor and mentee apart; empty where every rule allows the pair."""
    meet = meeting(couples, terms)
    closed = closers(meet)
    return [tuple(code for code, marks in closed.items() if marks[nth]) for nth in range(len(couples))]


def meeting(couples: Sequence[Couple], terms: Terms) -> Meeting:
    """The couples as the rules look at them, in their order; somebody may be in several."""
    crowd = Crowd(Snapshot(terms=terms, candidates=tuple({c.id: c for couple in couples for c in couple}.values())))
    mentors, mentees = crowd.places
    return Meeting.of_couples(
        crowd, [mentors[mentor.id] for mentor, _ in couples], [mentees[mentee.id] for _, mentee in couples]
    )


def brings(teacher: Candidate, learner: Candidate) -> tuple[str, ...]:
    """Topics one knows better than the other who wants them, the most valuable first."""
    worth = {
        topic: priority * (teacher.offers.get(topic, 0) - level)
        for topic, level, priority in learner.wants
        if teacher.offers.get(topic, 0) > level
    }
    return tuple(sorted(worth, key=lambda topic: (-worth[topic], topic)))
