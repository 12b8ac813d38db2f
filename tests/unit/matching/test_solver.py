"""A whole round: hard rules hold, the result depends on the snapshot alone, every reason is true."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching import reasons, rules
from services.matching.candidate import Snapshot
from services.matching.solver import Outcome, solve
from shared.programme import Role
from tests.unit.matching.people import mentee, mentor, snapshots, terms


def load(outcome: Outcome) -> Counter[str]:
    return Counter(person for match in outcome.matches for person in (match.mentor_id, match.mentee_id))


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_every_pair_is_allowed_and_nobody_is_above_capacity(snapshot: Snapshot) -> None:
    outcome, people = solve(snapshot), {c.id: c for c in snapshot.candidates}
    for match in outcome.matches:
        assert rules.is_open(people[match.mentor_id], people[match.mentee_id], snapshot.terms)
        assert match.score == sum(criterion.points for criterion in match.criteria)
    assert all(times <= people[person].room for person, times in load(outcome).items())


@settings(max_examples=40, deadline=None)
@given(snapshots(), st.data())
def test_the_order_people_come_in_does_not_matter(snapshot: Snapshot, data: st.DataObject) -> None:
    shuffled = replace(snapshot, candidates=tuple(data.draw(st.permutations(snapshot.candidates))))
    assert solve(shuffled) == solve(snapshot)


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_everybody_is_paired_or_has_a_true_reason(snapshot: Snapshot) -> None:
    outcome = solve(snapshot)
    busy = load(outcome)
    for person in snapshot.candidates:
        is_alone = person.room == person.profile.capacity and not busy[person.id]
        assert (person.id in outcome.left_over) == is_alone
    for identity, because in outcome.left_over.items():
        assert is_true(identity, because, snapshot, busy)


def is_true(identity: str, because: reasons.Because, snapshot: Snapshot, busy: Counter[str]) -> bool:
    """Removing the stated obstacle, and nothing else, opens a door; and nothing less does."""
    person = next(c for c in snapshot.candidates if c.id == identity)
    is_mentor = person.profile.role is Role.MENTOR
    others = [c for c in snapshot.candidates if c.profile.role is not person.profile.role]
    pairs = [(other, (person, other) if is_mentor else (other, person)) for other in others]
    closed = [(other, set(rules.closers(*pair, snapshot.terms))) for other, pair in pairs]
    if because == (reasons.UNTRAINED,):
        return not rules.is_trained(person, is_mentor, snapshot.terms)
    if because == (reasons.NOBODY_THERE,):
        return not others
    if because == (reasons.ALL_TAKEN,):
        suit = [other for other, rules_ in closed if not rules_]
        return bool(suit) and all(busy[other.id] == other.room for other in suit)
    return any(rules_ == set(because) for _, rules_ in closed) and all(
        len(rules_) >= len(because) for _, rules_ in closed
    )


def test_the_digest_tells_every_change_of_the_snapshot() -> None:
    plain = Snapshot(terms=terms(), candidates=(mentor(), mentee()))
    others = [
        replace(plain, terms=terms(grade_gap=2)),
        replace(plain, candidates=(mentor(waited_weeks=1), mentee())),
        replace(plain, candidates=(mentor(interests=("chess",)), mentee())),
    ]
    assert len({solve(snapshot).digest for snapshot in (plain, *others)}) == 4


def test_reasons_of_a_small_programme() -> None:
    people = (
        mentor("m1"),
        mentor("m2"),
        mentor("m3", trained=False),
        mentor("m4", languages=("de",)),
        mentor("m5", languages=("de",), offers=()),
        mentee("n1"),
    )
    outcome = solve(Snapshot(terms=terms(), candidates=people))
    assert [(match.mentor_id, match.mentee_id) for match in outcome.matches] == [("m1", "n1")]
    assert outcome.left_over == {
        "m2": (reasons.ALL_TAKEN,),
        "m3": (reasons.UNTRAINED,),
        "m4": ("language",),
        "m5": ("language", "topic"),
    }


def test_nobody_of_the_other_role() -> None:
    outcome = solve(Snapshot(terms=terms(), candidates=(mentor(),)))
    assert outcome.left_over == {"junior": (reasons.NOBODY_THERE,)}
