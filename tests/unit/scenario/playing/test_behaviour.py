"""Behaviour depends on who and what it is about, never on the order of questions, and its rates are sane."""

from collections import Counter
from random import Random
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from deploy.local.scenario.playing.behaviour import Behaviour, Couple, Outcome
from shared.language.terms import Role

couples = st.builds(Couple, mentor=st.text(max_size=8), mentee=st.text(max_size=8), both_trained=st.booleans())
numbers = st.integers(min_value=1, max_value=52)


def crowd(*, both_trained: bool) -> list[Couple]:
    return [Couple(mentor=f"junior-{n}", mentee=f"senior-{n}", both_trained=both_trained) for n in range(500)]


def outcomes(*, both_trained: bool) -> Counter[Outcome]:
    behaviour = Behaviour(1)
    people = crowd(both_trained=both_trained)
    return Counter(behaviour.meeting(couple, number).outcome for couple in people for number in range(1, 7))


def runs(couple: Couple, behaviour: Behaviour) -> str:
    marks = {Outcome.HELD: "h", Outcome.CANCELLED: "l", Outcome.FORGOTTEN: "l"}
    return "".join(marks[behaviour.meeting(couple, number).outcome] for number in range(1, 7))


@given(st.lists(st.tuples(couples, numbers), max_size=20), st.integers(), st.randoms())
def test_the_order_of_questions_changes_nothing(questions: list[tuple[Couple, int]], seed: int, chaos: Random) -> None:
    in_order = {question: Behaviour(seed).meeting(*question) for question in questions}
    shuffled = list(questions)
    chaos.shuffle(shuffled)
    one = Behaviour(seed)
    assert {question: one.meeting(*question) for question in shuffled} == in_order


@given(couples, numbers, st.integers())
def test_only_those_who_met_answer_and_move(couple: Couple, number: int, seed: int) -> None:
    meeting = Behaviour(seed).meeting(couple, number)
    if meeting.outcome is not Outcome.HELD:
        assert not meeting.answers
        assert not meeting.moved
    assert all(1 <= a.feeling <= 5 and 1 <= a.useful <= 5 for a in meeting.answers.values())


def test_another_seed_another_course() -> None:
    couple = crowd(both_trained=False)[0]
    assert len({runs(couple, Behaviour(seed)) for seed in range(50)}) > 5


def test_training_both_makes_pairs_more_reliable() -> None:
    trained, untrained = outcomes(both_trained=True), outcomes(both_trained=False)
    assert 0.75 < trained[Outcome.HELD] / trained.total() < 0.92
    assert 0.45 < untrained[Outcome.HELD] / untrained.total() < 0.65


def test_more_is_cancelled_than_forgotten() -> None:
    seen = outcomes(both_trained=True)
    assert seen[Outcome.CANCELLED] > seen[Outcome.FORGOTTEN] > 0


def test_a_few_pairs_lose_momentum_and_most_of_them_find_it_again() -> None:
    behaviour = Behaviour(1)
    courses = [runs(couple, behaviour) for couple in crowd(both_trained=True)]
    alarmed = [course for course in courses if "ll" in course]
    recovered = [course for course in alarmed if "h" in course[course.index("ll") :]]
    assert 0.1 < len(alarmed) / len(courses) < 0.35
    assert len(recovered) / len(alarmed) > 0.5


def test_most_answer_and_both_sides_act() -> None:
    behaviour = Behaviour(1)
    meetings = [behaviour.meeting(couple, 1) for couple in crowd(both_trained=True)]
    held = [meeting for meeting in meetings if meeting.outcome is Outcome.HELD]
    assert 0.65 < mean(len(meeting.answers) / 2 for meeting in held) < 0.85
    assert {meeting.by for meeting in held} == set(Role)
    assert 0 < sum(meeting.moved for meeting in held) < len(held) / 5
