"""The report on a round: its figures are recounted, its proofs are tried out."""

from collections.abc import Callable, Iterable
from statistics import fmean, pstdev
from typing import Any

import pytest
from hypothesis import given, settings

from services.matching.explaining import baselines, quality
from services.matching.explaining.quality import quality as report
from services.matching.markets.outcome import Figures, Quality
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.solver import solver
from shared.language.terms import Goal, SameUnit, Weights
from tests.unit.matching import naive
from tests.unit.matching.naive import Couple
from tests.unit.matching.people import mentee, mentor, terms
from tests.unit.matching.suiting import Known, suiting

ATTRIBUTES: dict[str, Callable[[Candidate], str]] = {
    "country": lambda person: person.profile.country,
    "unit": lambda person: person.profile.unit,
    "grade": lambda person: str(person.profile.grade),
    "role": lambda person: str(person.profile.role),
}


def told(*people: Candidate, **pairing: Any) -> Quality:
    return report(solver.optimum(Snapshot(terms=terms(**pairing), candidates=people)))


def figures(people: int, paired: int, scores: list[int]) -> Figures:
    mean, spread = (approx(measure(scores) if scores else 0) for measure in (fmean, pstdev))
    low, high = min(scores, default=0), max(scores, default=0)
    return Figures(people=people, paired=paired, total=sum(scores), mean=mean, minimum=low, maximum=high, spread=spread)


def approx(number: float) -> Any:
    """To two places."""
    return pytest.approx(number, abs=0.006)


def counted(snapshot: Snapshot) -> list[Candidate]:
    return [person for person in snapshot.candidates if person.alone and person.room]


def best_of(couples: dict[Couple, int], person: Candidate) -> list[int]:
    return sorted(score for pair, score in couples.items() if person.id in pair)[-1:]


def recount(snapshot: Snapshot, couples: dict[Couple, int]) -> Figures:
    people = counted(snapshot)
    return figures(len(people), sum(len(best_of(couples, each)) for each in people), list(couples.values()))


@settings(max_examples=40)
@given(suiting())
def test_the_figures_are_those_of_a_recount(snapshot: Snapshot) -> None:
    known = Known.of(snapshot)
    found = report(known.solution)
    assert found.overall == recount(snapshot, known.couples)
    for way, figures_ in ((baselines.greedy, found.greedy), (baselines.first_come, found.first_come)):
        other = way(known.solution)
        assert other is not None
        assert figures_ == recount(snapshot, known.named(other))


@settings(max_examples=40)
@given(suiting())
def test_groups_are_those_of_a_recount(snapshot: Snapshot) -> None:
    known = Known.of(snapshot)
    expected = {}
    for by, read in ATTRIBUTES.items():
        for value in {read(person) for person in counted(snapshot)}:
            people = [person for person in counted(snapshot) if read(person) == value]
            scores = [score for person in people for score in best_of(known.couples, person)]
            expected[by, value] = figures(len(people), len(scores), scores)
    assert {(group.by, group.value): group.figures for group in report(known.solution).groups} == expected


@settings(max_examples=40)
@given(suiting())
def test_a_pair_blocks_when_neither_side_has_something_as_good(snapshot: Snapshot) -> None:
    known = Known.of(snapshot)

    def would(person: str, score: int) -> bool:
        """Whether somebody would rather have a pair with this score."""
        has = [points for pair, points in known.couples.items() if person in pair and pair not in snapshot.locked]
        return len(has) < known.room[person] or score > min(has)

    wanted = [pair for pair, score in known.allowed.items() if all(would(person, score) for person in pair)]
    assert report(known.solution).blocking == len([pair for pair in wanted if pair not in known.couples])


@settings(max_examples=30)
@given(suiting(most=4))
def test_most_possible_is_most_possible_whatever_the_goal(snapshot: Snapshot) -> None:
    for_people = snapshot.terms.pairing.model_copy(update={"goal": Goal.MOST_PEOPLE})
    most = Snapshot(
        terms=snapshot.terms.model_copy(update={"pairing": for_people}),
        candidates=snapshot.candidates,
        locked=snapshot.locked,
        forbidden=snapshot.forbidden,
    )
    found = report(solver.optimum(snapshot))
    assert found.most_possible == naive.best(most)[0]
    assert found.overall.paired <= found.most_possible


def test_nobody_at_all() -> None:
    found = told()
    assert found.overall == found.greedy == found.first_come == figures(0, 0, [])
    assert (found.most_possible, found.blocking, found.groups, found.behind) == (0, 0, (), ())


def test_the_best_total_may_leave_people_without_a_partner_that_could_have_one() -> None:
    two = mentor(unit="a"), mentee(unit="a")
    found = told(*two, weights=Weights(units=100), same_unit=SameUnit.AVOID, goal=Goal.BEST_TOTAL)
    assert (found.overall.paired, found.most_possible) == (0, 2)


def test_the_largest_groups_are_told_first_and_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "GROUPS", 2)
    people = [mentor(f"{unit}{nth}", unit=unit) for unit, many in (("a", 1), ("b", 3), ("c", 2)) for nth in range(many)]
    groups = told(*people).groups
    assert [group.value for group in groups if group.by == "unit"] == ["b", "c"]


def a_few_of(unit: str, many: int, **facts: Any) -> Iterable[Candidate]:
    return (mentor(f"{unit}{nth}", unit=unit, **facts) for nth in range(many))


def test_a_group_that_is_left_over_against_all_odds_is_named() -> None:
    mentees = [mentee(f"n{nth}") for nth in range(15)]
    found = told(*mentees, *a_few_of("near", 14), *a_few_of("far", 12, languages=("ja",)))
    assert [(each.by, each.value, each.people, each.paired, each.expected) for each in found.behind] == [
        ("unit", "far", 12, 0, 6.5)
    ]
    assert found.behind[0].chance == pytest.approx(3 * (12 / 26) ** 12)


def test_whoever_belongs_to_the_role_that_is_plentiful_is_not_behind() -> None:
    mentees = [mentee(f"n{nth}") for nth in range(12)]
    assert told(*mentees, *a_few_of("near", 40)).behind == ()
