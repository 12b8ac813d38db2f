"""What the rules answer for everybody with everybody, and for couples, is what they say of each two people."""

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.rules import asking, rules
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Answer, Meeting
from tests.unit.matching import naive
from tests.unit.matching.people import decided


def everybody(snapshot: Snapshot) -> tuple[Meeting, list[tuple[Candidate, Candidate]]]:
    """All with all, and the same couple by couple."""
    couples = [(mentor, mentee) for mentee in snapshot.mentees for mentor in snapshot.mentors]
    return Meeting.of_all(Crowd(snapshot)), couples


def flat(answer: Answer, meet: Meeting) -> list[int]:
    return np.broadcast_to(answer, meet.shape).ravel().tolist()


@settings(max_examples=25)
@given(decided())
def test_hard_rules_of_a_block(snapshot: Snapshot) -> None:
    meet, couples = everybody(snapshot)
    broken = [naive.broken(*couple, snapshot.terms) for couple in couples]
    for code, closed in asking.closers(meet).items():
        assert flat(closed, meet) == [code in one for one in broken]


@settings(max_examples=25)
@given(decided())
def test_soft_rules_of_a_block(snapshot: Snapshot) -> None:
    meet, couples = everybody(snapshot)
    said = [naive.per_cents(*couple, snapshot.terms) for couple in couples]
    for rule in rules.SOFT:
        assert flat(rule.per_cent(meet), meet) == [one[rule.code] for one in said]
    assert flat(asking.scores(meet), meet) == [naive.points(*couple, snapshot.terms) for couple in couples]


@settings(max_examples=25)
@given(decided())
def test_doors_are_closed_by_rules_and_managers(snapshot: Snapshot) -> None:
    meet, couples = everybody(snapshot)
    apart = {*snapshot.forbidden, *snapshot.locked}
    expected = [
        (mentor.id, mentee.id) not in apart and not naive.broken(mentor, mentee, snapshot.terms)
        for mentor, mentee in couples
    ]
    assert flat(asking.doors(meet), meet) == expected


@settings(max_examples=25)
@given(decided(), st.data())
def test_couples_and_parts_of_a_crowd_are_told_the_same(snapshot: Snapshot, data: st.DataObject) -> None:
    meet, crowd = Meeting.of_all(Crowd(snapshot)), Crowd(snapshot)
    if not len(meet.mentors) or not len(meet.mentees):
        return
    size = data.draw(st.integers(1, 6))
    columns = data.draw(st.lists(st.integers(0, len(meet.mentors) - 1), min_size=size, max_size=size))
    rows = data.draw(st.lists(st.integers(0, len(meet.mentees) - 1), min_size=size, max_size=size))
    pairs, some = Meeting.of_couples(crowd, columns, rows), np.ix_(np.unique(rows), np.unique(columns))
    part = Meeting(crowd, crowd.mentors.pick(np.unique(columns)), crowd.mentees.pick(np.unique(rows)))
    asks: list[Callable[[Meeting], Answer]] = [asking.doors, asking.scores, *(rule.allows for rule in rules.HARD)]
    for ask in asks:
        whole = np.array(flat(ask(meet), meet)).reshape(meet.shape)
        assert flat(ask(pairs), pairs) == whole[rows, columns].tolist()
        assert flat(ask(part), part) == whole[some].ravel().tolist()
    shares = [sum(share.points for share in one) for one in asking.shares(pairs)]
    assert shares == flat(asking.scores(pairs), pairs)
