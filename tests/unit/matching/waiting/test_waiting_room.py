"""The waiting room beside the rules asked couple by couple: the same people, the same scores, the stated order."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.rules.asking import Couple, broken_rules
from services.matching.rules.candidate import Candidate
from services.matching.waiting.block import Waiting
from services.matching.waiting.waiting_room import WaitingRoom
from shared.language.terms import Role, Terms
from tests.support.valuing import valued
from tests.unit.matching.people import candidates, mentee, mentor, terms


def waiting(candidate: Candidate, place: str = "") -> Waiting:
    """With a place on the list; the id decides when there is none."""
    return Waiting(candidate=candidate, queue=(not candidate.returning, False, place, candidate.id))


def couple(one: Candidate, other: Candidate) -> Couple:
    return (one, other) if one.profile.role is Role.MENTOR else (other, one)


@st.composite
def meetings(draw: Any) -> tuple[Terms, Candidate, list[Candidate]]:
    """A newcomer, and people of the other role."""
    role, other = draw(st.permutations([Role.MENTOR, Role.MENTEE]))
    newcomer = replace(draw(candidates(role, "m0")), alone=draw(st.booleans()))
    names = [f"n{n}" for n in range(draw(st.integers(0, 12)))]
    people = [
        replace(draw(candidates(other, name)), alone=draw(st.booleans()), returning=draw(st.booleans()))
        for name in names
    ]
    minimum = draw(st.sampled_from([None, None, 600]))
    return terms(minimum_score=minimum, grade_gap=draw(st.integers(0, 2))), newcomer, people


def expected(rules: Terms, newcomer: Candidate, people: list[Candidate], apart: set[str]) -> list[tuple[str, int]]:
    """One couple after the other."""
    couples = [couple(newcomer, other) for other in people]
    if not couples:
        return []
    minimum = rules.pairing.minimum_score
    found = [
        (other, score)
        for other, broken, (score, _) in zip(people, broken_rules(couples, rules), valued(couples, rules), strict=True)
        if not broken and (newcomer.alone or other.alone) and other.id not in apart
        if minimum is None or score >= minimum
    ]
    found.sort(key=lambda each: (not each[0].returning, -each[1], each[0].id))
    return [(other.id, score) for other, score in found]


@settings(max_examples=60)
@given(meetings(), st.data())
def test_choices_are_what_the_rules_say_of_each_couple(
    meeting: tuple[Terms, Candidate, list[Candidate]], data: st.DataObject
) -> None:
    rules, newcomer, people = meeting
    apart = data.draw(st.sets(st.sampled_from([each.id for each in people]))) if people else set()
    is_mentor = newcomer.profile.role is Role.MENTOR
    forbidden = frozenset((newcomer.id, each) if is_mentor else (each, newcomer.id) for each in apart)
    room = WaitingRoom(rules)
    for each in people:  # one by one: blocks of all sizes
        room.put([waiting(each)])

    found = [(choice.participant_id, choice.score) for choice in room.choices(newcomer, forbidden)]
    assert found == expected(rules, newcomer, people, apart)


@settings(max_examples=60)
@given(meetings())
def test_the_rules_in_the_way_are_those_that_keep_the_nearest_apart(
    meeting: tuple[Terms, Candidate, list[Candidate]],
) -> None:
    rules, newcomer, people = meeting
    room = WaitingRoom(rules, [waiting(each) for each in people])
    closed = room.closed(newcomer)
    if not people:
        assert closed == ()
        return
    broken = broken_rules([couple(newcomer, other) for other in people], rules)
    assert closed in broken and len(closed) == min(map(len, broken))
    assert broken.count(closed) == max(broken.count(codes) for codes in broken if len(codes) == len(closed))


@settings(max_examples=40)
@given(meetings(), st.data())
def test_whoever_leaves_or_changes_is_no_longer_met_as_they_were(
    meeting: tuple[Terms, Candidate, list[Candidate]], data: st.DataObject
) -> None:
    rules, newcomer, people = meeting
    room = WaitingRoom(rules, [waiting(each) for each in people])
    now = {each.id: each for each in people}
    for identity in data.draw(st.lists(st.sampled_from(sorted(now)), max_size=8)) if now else []:
        if data.draw(st.booleans()):
            room.remove(identity)
            now.pop(identity, None)
        else:
            now[identity] = replace(data.draw(candidates(people[0].profile.role, identity)), returning=True)
            room.put([waiting(now[identity])])

    assert len(room) == len(now)
    found = [(choice.participant_id, choice.score) for choice in room.choices(newcomer)]
    assert found == expected(rules, newcomer, list(now.values()), set())


def test_of_equals_the_place_on_the_list_decides() -> None:
    room = WaitingRoom(terms(), [waiting(mentee(f"n{n}"), place=str(9 - n)) for n in range(4)])
    assert [choice.participant_id for choice in room.choices(mentor())] == ["n3", "n2", "n1", "n0"]


def test_topics_and_interests_nobody_else_knows_are_worth_nothing() -> None:
    rules = terms()
    stranger = mentor(offers=[{"topic": "origami", "level": 5}], interests=["kites"])
    room = WaitingRoom(rules, [waiting(mentee(wants=[{"topic": "falconry"}], interests=["bees"]))])
    assert list(room.choices(stranger)) == [] and room.closed(stranger) == ("topic",)
