"""Asking groups instead of everybody loses no pair, and pools share nobody."""

from collections import Counter

from hypothesis import given, settings

from services.matching.markets.areas import Area, pools
from services.matching.rules.candidate import Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.rules import HARD
from tests.unit.matching import naive
from tests.unit.matching.people import decided, mentee, mentor, terms

COARSE = {rule.code for rule in HARD if rule.coarse}


def pairs(area: Area) -> list[tuple[int, int]]:
    return [(mentor, mentee) for mentor in area.mentors.tolist() for mentee in area.mentees.tolist()]


@settings(max_examples=25)
@given(decided())
def test_areas_hold_each_pair_that_coarse_rules_allow_once(snapshot: Snapshot) -> None:
    found = Counter(pair for pool in pools(Crowd(snapshot)) for area in pool for pair in pairs(area))
    expected = {
        (column, row)
        for column, mentor in enumerate(snapshot.mentors)
        for row, mentee in enumerate(snapshot.mentees)
        if not naive.broken(mentor, mentee, snapshot.terms) & COARSE
    }
    assert found == Counter(expected)


@settings(max_examples=25)
@given(decided())
def test_pools_share_nobody(snapshot: Snapshot) -> None:
    mentors, mentees = Counter[int](), Counter[int]()
    for pool in pools(Crowd(snapshot)):
        mentors.update({place for area in pool for place in area.mentors.tolist()})
        mentees.update(place for area in pool for place in area.mentees.tolist())
    assert set((mentors | mentees).values()) <= {1}


def test_languages_make_pools_and_somebody_who_speaks_both_joins_them() -> None:
    people = [mentor("m1"), mentee("n1"), mentor("m2", languages=("de",)), mentee("n2", languages=("de",))]
    assert len(pools(Crowd(Snapshot(terms=terms(), candidates=tuple(people))))) == 2
    people.append(mentee("n3", languages=("fr", "de")))
    assert len(pools(Crowd(Snapshot(terms=terms(), candidates=tuple(people))))) == 1
