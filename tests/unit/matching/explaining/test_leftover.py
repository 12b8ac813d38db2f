"""Every reason and every number told to somebody left over is true: change what is named and count again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.explaining import leftover, openings
from services.matching.explaining.leftover import left_over
from services.matching.markets.outcome import Door, LeftOver, Opening
from services.matching.markets.solution import Solution
from services.matching.rules import reasons
from services.matching.rules.asking import closers, scores
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD
from services.matching.solver.solver import optimum
from shared.language.skills import Skill, Wish
from shared.language.terms import Goal, Role, Training, Weights
from tests.unit.matching.people import TOPICS, mentee, mentor, snapshots, terms


def obstacles(snapshot: Snapshot, person: Candidate) -> list[tuple[str, ...]]:
    """What keeps each of the other role away from this one, who may have changed since."""
    everybody = tuple(person if other.id == person.id else other for other in snapshot.candidates)
    crowd = Crowd(replace(snapshot, candidates=everybody))
    meet, (mentors, mentees) = Meeting.of_all(crowd), crowd.places
    if 0 in meet.shape:
        return []
    marks = closers(meet) | {reasons.KEPT_APART: meet.among(crowd.kept_apart)}
    if snapshot.terms.pairing.minimum_score is not None:
        marks[reasons.MINIMUM] = scores(meet) < snapshot.terms.pairing.minimum_score
    own: Any = (slice(None), mentors[person.id]) if person.id in mentors else mentees[person.id]
    return [
        tuple(code for code, closed in marks.items() if closed[own][other])
        for other in range(len(next(iter(marks.values()))[own]))
    ]


def open_doors(snapshot: Snapshot, person: Candidate) -> int:
    return sum(not closed for closed in obstacles(snapshot, person))


def changed(person: Candidate, rule: str, value: str) -> Candidate:
    """Written out once more, apart from the product's own way to do it."""
    own = person.profile
    match rule:
        case "training":
            return replace(person, trained=True)
        case "cross-border":
            return replace(person, profile=own.model_copy(update={"cross_border": True}))
        case "language":
            return replace(person, profile=own.model_copy(update={"languages": (*own.languages, value)}))
        case "topic" if own.role is Role.MENTEE:
            return replace(person, profile=own.model_copy(update={"wants": (*own.wants, Wish(topic=value))}))
        case "topic":
            offers = (*own.offers, Skill(topic=value, level=5))
            return replace(person, profile=own.model_copy(update={"offers": offers}))
        case _:
            raise AssertionError(f"nobody can change «{rule}»")


def possible(person: Candidate) -> list[tuple[str, str]]:
    """Everything there is to change for them."""
    own = person.profile
    had = {wish.topic for wish in own.wants} if own.role is Role.MENTEE else {skill.topic for skill in own.offers}
    plain = [("training", "")] * (not person.trained) + [("cross-border", "")] * (not own.cross_border)
    languages = [("language", each) for each in ("en", "fr") if each not in person.languages]
    return [*plain, *languages, *(("topic", topic) for topic in TOPICS if topic not in had)]


@st.composite
def programmes(draw: Callable[[Any], Any]) -> Snapshot:
    """Programmes with every setting that closes doors."""
    snapshot: Snapshot = draw(snapshots())
    update = {
        "minimum_score": draw(st.sampled_from([None, None, 300, 900])),
        "goal": draw(st.sampled_from(Goal)),
        "weights": draw(st.sampled_from([Weights(), Weights(topics=20, reciprocity=0, overlap=0)])),
    }
    pairing = snapshot.terms.pairing.model_copy(update=update)
    sides = [[c.id for c in side] for side in (snapshot.mentors, snapshot.mentees)]
    couples = [(mentor_id, mentee_id) for mentor_id in sides[0] for mentee_id in sides[1]]
    forbidden = draw(st.sets(st.sampled_from(couples), max_size=2)) if couples else ()
    return replace(
        snapshot, terms=snapshot.terms.model_copy(update={"pairing": pairing}), forbidden=tuple(sorted(forbidden))
    )


def busy(solution: Solution) -> Counter[str]:
    snapshot, couples = solution.crowd.snapshot, solution.couples
    return Counter(
        [snapshot.mentors[place].id for place in couples.mentors]
        + [snapshot.mentees[place].id for place in couples.mentees]
    )


@settings(max_examples=40)
@given(programmes())
def test_whoever_could_have_a_partner_and_has_none_is_left_over(snapshot: Snapshot) -> None:
    solution = optimum(snapshot)
    paired = busy(solution)
    waiting = {c.id for c in snapshot.candidates if c.room and c.alone and not paired[c.id]}
    assert set(left_over(solution)) == waiting


@settings(max_examples=40)
@given(programmes())
def test_every_door_is_counted(snapshot: Snapshot) -> None:
    people = {c.id: c for c in snapshot.candidates}
    for identity, left in left_over(optimum(snapshot)).items():
        found = obstacles(snapshot, people[identity])
        assert left.open_doors == sum(not closed for closed in found)
        closed = Counter(code for each in found for code in each)
        alone = Counter(each[0] for each in found if len(each) == 1)
        assert {door.rule: (door.closed, door.alone) for door in left.doors} == {
            code: (number, alone[code]) for code, number in closed.items()
        }


@settings(max_examples=80)
@given(programmes())
def test_a_stated_change_opens_exactly_so_many_doors_and_no_better_one_is_kept_back(snapshot: Snapshot) -> None:
    people = {c.id: c for c in snapshot.candidates}
    for identity, left in left_over(optimum(snapshot)).items():
        person = people[identity]
        gains = {
            (rule, value): open_doors(snapshot, changed(person, rule, value)) - left.open_doors
            for rule, value in possible(person)
        }
        best = sorted((-doors, *change) for change, doors in gains.items() if doors > 0)[:5]
        assert [(-told.doors, told.rule, told.value) for told in left.openings] == best


@settings(max_examples=40)
@given(programmes())
def test_the_reason_is_true(snapshot: Snapshot) -> None:
    solution = optimum(snapshot)
    people, paired = {c.id: c for c in snapshot.candidates}, busy(solution)
    for identity, left in left_over(solution).items():
        person = people[identity]
        others = sorted((c for c in people.values() if c.profile.role is not person.profile.role), key=lambda c: c.id)
        assert is_true(left.because, person, others, obstacles(snapshot, person), paired, snapshot)


def is_true(
    because: reasons.Because,
    person: Candidate,
    others: list[Candidate],
    closed: list[tuple[str, ...]],
    paired: Counter[str],
    snapshot: Snapshot,
) -> bool:
    gate, total = snapshot.terms.pairing.training, snapshot.terms.pairing.goal is Goal.BEST_TOTAL
    suit = [other for other, rules in zip(others, closed, strict=True) if not rules]
    match because:
        case (reasons.UNTRAINED,):
            asked = gate is Training.BOTH or (gate is Training.MENTOR and person.profile.role is Role.MENTOR)
            return asked and not person.trained
        case (reasons.NOBODY_THERE,):
            return not others
        case (reasons.ALL_TAKEN,):
            return bool(suit) and all(paired[other.id] == other.room for other in suit)
        case (reasons.NO_GAIN,):
            return total and any(paired[other.id] < other.room for other in suit)
        case _:
            fewest = min(map(len, closed))
            most = max(closed.count(each) for each in closed if len(each) == fewest)
            return len(because) == fewest and closed.count(because) == most


def test_a_small_programme() -> None:
    people = (
        mentor("m1"),
        mentor("m2", interests=("chess",)),
        mentor("m3", trained=False),
        mentor("m4", languages=("de",)),
        mentor("m5", languages=("de",), offers=()),
        mentor("m6", alone=False),
        mentor("m7", room=0),
        mentor("m8"),
        mentee("n1", interests=("chess",)),
    )
    found = left_over(optimum(Snapshot(terms=terms(), candidates=people, forbidden=(("m8", "n1"),))))
    assert {identity: left.because for identity, left in found.items()} == {
        "m1": (reasons.ALL_TAKEN,),
        "m3": (reasons.UNTRAINED,),
        "m4": ("language",),
        "m5": ("language", "topic"),
        "m8": (reasons.KEPT_APART,),
    }
    one = (Door(rule="language", closed=1, alone=1),)
    assert found["m4"] == LeftOver(
        because=("language",), doors=one, openings=(Opening(rule="language", value="fr", doors=1),)
    )
    assert found["m3"].openings == (Opening(rule="training", value="", doors=1),)
    assert found["m5"].openings == ()


@pytest.mark.parametrize(
    ("offered", "wanted", "juniors", "seniors"),
    [
        (1, Wish(topic="social-media", level=3), 0, 0),  # known to both already
        (0, Wish(topic="vision"), 1, 0),  # a mentor who does not know a topic does not help who starts it
        (1, Wish(topic="vision"), 1, 1),
        (1, Wish(topic="vision", level=5), 0, 1),  # nothing left to learn
    ],
)
def test_a_topic_opens_a_door_only_where_there_is_something_to_learn(
    offered: int, wanted: Wish, juniors: int, seniors: int
) -> None:
    junior, senior = mentor(offers=(Skill(topic="social-media", level=offered),)), mentee(wants=(wanted,))
    snapshot = Snapshot(terms=terms(), candidates=(junior, senior))
    found = left_over(optimum(snapshot))
    for person, number in ((junior, juniors), (senior, seniors)):
        told = found[person.id].openings
        assert found[person.id].because == ("topic",) and [each.doors for each in told] == [1] * number
        assert all(open_doors(snapshot, changed(person, each.rule, each.value)) == 1 for each in told)


def test_nobody_of_the_other_role() -> None:
    assert left_over(optimum(Snapshot(terms=terms(), candidates=(mentor(),)))) == {
        "junior": LeftOver(because=(reasons.NOBODY_THERE,))
    }


def test_a_pair_below_the_minimum_counts_as_closed() -> None:
    found = left_over(optimum(Snapshot(terms=terms(minimum_score=100_000), candidates=(mentor(), mentee()))))
    assert {left.because for left in found.values()} == {(reasons.MINIMUM,)}
    assert found["junior"].doors == (Door(rule=reasons.MINIMUM, closed=1, alone=1),)


def test_a_pair_that_would_not_raise_the_total_is_told_from_one_that_was_taken() -> None:
    nothing = Weights(topics=0, reciprocity=0, interests=1, units=0, overlap=0, city=0, waiting=0)
    goal = terms(goal=Goal.BEST_TOTAL, same_unit="avoid", weights=nothing.model_copy(update={"units": 1}))
    found = left_over(optimum(Snapshot(terms=goal, candidates=(mentor(unit="finance"), mentee()))))
    assert {left.because for left in found.values()} == {(reasons.NO_GAIN,)}


def test_a_locked_couple_is_not_left_over_and_takes_up_its_places() -> None:
    people = (mentor("m1"), mentor("m2"), mentee("n1"))
    found = left_over(optimum(Snapshot(terms=terms(), candidates=people, locked=(("m1", "n1"),))))
    assert {identity: left.because for identity, left in found.items()} == {"m2": ("capacity",)}


def test_a_change_is_declared_beside_its_rule() -> None:
    assert {rule.code for rule in HARD if rule.change} == {"training", "cross-border", "language", "topic"}


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3)])
def test_the_size_of_a_part_changes_nothing(sizes: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    solution = optimum(Snapshot(terms=terms(minimum_score=400), candidates=mixed()))
    whole = left_over(solution)
    assert len({left.because for left in whole.values()}) > 2
    assert {"topic", "language"} <= {each.rule for left in whole.values() for each in left.openings}
    for module, name, size in (
        (leftover, "SOME", sizes[0]),
        (leftover, "OTHERS", sizes[1]),
        (openings, "HEIGHT", sizes[1]),
        (openings, "WIDTH", sizes[0]),
    ):
        monkeypatch.setattr(module, name, size)
    assert left_over(solution) == whole


def test_what_would_take_too_long_to_count_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "TRIED", 10)
    for minimum, counted in ((400, False), (None, True)):
        found = left_over(optimum(Snapshot(terms=terms(minimum_score=minimum), candidates=mixed())))
        rules = {each.rule for left in found.values() for each in left.openings}
        assert "language" in rules and ("topic" in rules) is counted


def mixed() -> tuple[Candidate, ...]:
    """A crowd in which several rules close doors."""
    lands = [("FR", "fr"), ("GB", "en"), ("DE", "de"), ("FR", "en")]
    topics = ["social-media", "the-web", "generative-ai"]
    return tuple(
        make(
            f"{side}{n}",
            country=lands[n * step % 4][0],
            languages=(lands[n * 3 // 2 % 4][1],),
            cross_border=n % 3 > 0,
            trained=(n + step) % 5 > 0,
            **{what: (kind(topic=topics[n * step % 3], level=level),)},
        )
        for step, side, make, what, kind, level in (
            (1, "m", mentor, "offers", Skill, 4),
            (2, "n", mentee, "wants", Wish, 1),
        )
        for n in range(11)
    )
