"""What a programme is short of is true: the mentors asked for are added, and the round is solved again."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.explaining import scarcity as scarcities
from services.matching.explaining import wanting
from services.matching.explaining.scarcity import scarcity
from services.matching.markets.outcome import Price, Wanted
from services.matching.markets.solution import Solution
from services.matching.rules.asking import doors, scores
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.meeting import Meeting
from services.matching.solver.solver import optimum
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Goal, Role
from shared.language.values.accepted import ACCEPTED
from tests.unit.matching.explaining.test_leftover import busy, programmes
from tests.unit.matching.people import mentee, mentor, terms


def newcomers(wanted: Wanted, snapshot: Snapshot) -> list[Candidate]:
    """So many mentors of this kind, written out from what a manager is told."""
    there = [c for c in snapshot.candidates if c.profile.country == wanted.country]
    hours = Counter(c.hours for c in there)
    zone, start, end, days = min(hours, key=lambda each: (-hours[each], each))
    name = f"{wanted.topic}-{wanted.language}-{wanted.country}"
    return [
        mentor(
            f"{name}-{nth}",
            country=wanted.country,
            time_zone=zone,
            languages=(wanted.language,),
            unit=f"new {name} {nth}",
            grade=1,
            working_hours=WorkingHours(start=start, end=end, days=days),
            offers=(Skill(topic=wanted.topic, level=5),),
            wants=(),
        )
        for nth in range(wanted.mentors)
    ]


def mentees_paired(solution: Solution) -> int:
    """Mentees who had no partner and got one."""
    return len({place for place in solution.couples.mentees if solution.crowd.snapshot.mentees[place].alone})


def left(solution: Solution) -> list[Candidate]:
    paired = busy(solution)
    return [c for c in solution.crowd.snapshot.mentees if c.room and c.alone and not paired[c.id]]


@settings(max_examples=50)
@given(programmes())
def test_the_mentors_asked_for_pair_so_many_people_more(snapshot: Snapshot) -> None:
    pairing = snapshot.terms.pairing.model_copy(update={"goal": Goal.MOST_PEOPLE})
    snapshot = replace(snapshot, terms=snapshot.terms.model_copy(update={"pairing": pairing}))
    before = optimum(snapshot)
    added, more = list(snapshot.candidates), 0
    for wanted in scarcity(before).wanted:
        added, more = [*added, *newcomers(wanted, snapshot)], more + wanted.mentors
        after = optimum(replace(snapshot, candidates=tuple(added)))
        assert mentees_paired(after) >= mentees_paired(before) + more
        assert after.certificate.reached.people >= before.certificate.reached.people + 2 * more


@settings(max_examples=30)
@given(programmes())
def test_with_any_goal_the_mentors_asked_for_suit_the_mentees_left_over_one_each(snapshot: Snapshot) -> None:
    before = optimum(snapshot)
    wanted = scarcity(before).wanted
    pairing = snapshot.terms.pairing
    lowest = max(pairing.minimum_score or 0, pairing.goal is Goal.BEST_TOTAL)
    update = {"goal": Goal.MOST_PEOPLE, "minimum_score": lowest}
    plain = snapshot.terms.model_copy(update={"pairing": pairing.model_copy(update=update)})
    people = [*left(before), *(new for each in wanted for new in newcomers(each, snapshot))]
    after = optimum(Snapshot(terms=plain, candidates=tuple(people)))
    assert len(after.couples.scores) == sum(each.mentors for each in wanted)


@settings(max_examples=30)
@given(programmes())
def test_no_kind_of_mentor_helps_more_than_the_first(snapshot: Snapshot) -> None:
    before = optimum(snapshot)
    waiting, everybody = left(before), snapshot.candidates
    topics = {topic for c in waiting for topic, _level, _priority in c.wants}
    spoken = {(language, c.profile.country) for c in everybody for language in c.languages}
    numbers = [
        helped(Wanted(topic=topic, language=language, country=country, mentors=1), snapshot, waiting)
        for topic, (language, country) in product(topics, spoken)
    ]
    wanted = scarcity(before).wanted
    assert (wanted[0].mentors if wanted else 0) == max(numbers, default=0)
    assert len(waiting) >= sum(each.mentors for each in wanted)


def helped(kind: Wanted, snapshot: Snapshot, waiting: list[Candidate]) -> int:
    meet = Meeting.of_all(Crowd(Snapshot(terms=snapshot.terms, candidates=(*newcomers(kind, snapshot), *waiting))))
    pairing = snapshot.terms.pairing
    lowest = max(pairing.minimum_score or 0, pairing.goal is Goal.BEST_TOTAL)
    return int((doors(meet) & ((scores(meet) >= lowest) | (lowest == 0))).sum())


COUNTRIES = ("AA", "BB", "CC", "DD")


@settings(max_examples=50)
@given(programmes(), st.booleans())
def test_one_more_of_a_mentor_is_worth_no_more_than_the_price(snapshot: Snapshot, back: bool) -> None:
    """Every mentor has a country to themselves, so that its price is theirs."""
    alike = [
        replace(
            c,
            partners=frozenset(),
            returning=back and c.id == "m0",
            profile=c.profile.model_copy(
                update={"managers": ()} | ({"country": COUNTRIES[int(c.id[1:])]} if c.id[0] == "m" else {})
            ),
        )
        for c in snapshot.candidates
    ]
    snapshot = replace(snapshot, candidates=tuple(alike), forbidden=())
    before = optimum(snapshot)
    prices = {price.value: price for price in scarcity(before).prices if price.kind == "country" and price.mentors}
    for place, one in enumerate(snapshot.mentors):
        price = prices.get(one.profile.country)
        pool = next((each for each in before.solved if place in each.pool.mentors), None)
        if price is None or pool is None:
            continue
        another = replace(one, id="another", person_id="another", room=1, alone=True, returning=False)
        after = optimum(replace(snapshot, candidates=(*alike, another))).certificate.reached
        reached, scale = before.certificate.reached, pool.scale
        gain = (
            scale.person * (after.people - reached.people)
            + scale.returning * (after.returning - reached.returning)
            + after.points
            - reached.points
        )
        assert gain <= round(price.people) * scale.person + price.points + scale.returning


def test_what_nobody_offers_is_named_with_those_who_want_it() -> None:
    senior = mentee(wants=(Wish(topic="the-web", level=0), Wish(topic="vision", level=5)))
    found = scarcity(optimum(Snapshot(terms=terms(), candidates=(mentor(), senior))))
    assert Price(kind="topic", value="the-web", mentors=0, unmatched=1, people=0, points=0) in found.prices
    assert "vision" not in {price.value for price in found.prices}
    assert found.wanted == (Wanted(topic="the-web", language="fr", country="FR", mentors=1),)


def test_who_was_taken_in_with_what_is_refused_today_is_looked_for_a_mentor() -> None:
    alone = mentee("alone")
    known = Profile.model_validate(
        {**alone.profile.model_dump(), "time_zone": "Etc/GMT+5", "wants": [Wish(topic="social-media").model_dump()]},
        context=ACCEPTED,
    )
    (found,) = scarcity(optimum(Snapshot(terms=terms(), candidates=(replace(alone, profile=known),)))).wanted
    assert (found.topic, found.mentors) == ("social-media", 1)


def test_a_scarce_topic_has_a_price() -> None:
    people = (mentor("m1"), mentee("n1"), mentee("n2"), mentee("n3", languages=("de",)))
    found = scarcity(optimum(Snapshot(terms=terms(), candidates=people)))
    [topic] = [price for price in found.prices if price.kind == "topic"]
    assert (topic.value, topic.mentors, topic.unmatched, topic.people) == ("social-media", 1, 2, 2.0)
    assert [wanted.mentors for wanted in found.wanted] == [1, 1]


def test_mentors_who_cannot_be_paired_do_not_count() -> None:
    people = (mentor("m1"), mentor("m2", trained=False), mentor("m3", room=0), mentee("n1"), mentee("n2"))
    found = scarcity(optimum(Snapshot(terms=terms(), candidates=people)))
    assert {price.mentors for price in found.prices} == {1}


def test_nothing_is_scarce_where_everybody_has_a_partner() -> None:
    found = scarcity(optimum(Snapshot(terms=terms(), candidates=(mentor(), mentee()))))
    assert found.wanted == () and all(price.unmatched == 0 for price in found.prices)


def test_only_so_many_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = tuple(Wish(topic=f"topic-{nth}") for nth in range(30))
    people = [mentee(f"n{nth}", languages=(language,), wants=wishes) for nth, language in enumerate(["fr", "en", "de"])]
    solution = optimum(Snapshot(terms=terms(), candidates=tuple(people)))
    found = scarcity(solution)
    assert Counter(price.kind for price in found.prices) == {"topic": scarcities.PRICES, "language": 3, "country": 1}
    monkeypatch.setattr(wanting, "WANTED", 2)
    monkeypatch.setattr(wanting, "AT_ONCE", 1)
    assert scarcity(solution).wanted == found.wanted[:2] and len(found.wanted) == 3
    assert all(c.profile.role is Role.MENTEE for c in people)
