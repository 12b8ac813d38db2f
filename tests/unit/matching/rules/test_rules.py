"""Every rule of pairing, spoiled one at a time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.rules import asking, columns, rules
from services.matching.rules.asking import broken_rules, meeting
from services.matching.rules.candidate import Candidate
from shared.language.skills import Skill, Wish
from shared.language.terms import SameUnit, Terms, Training, Weights
from tests.support.valuing import valued
from tests.unit.matching.people import mentee, mentor, terms

FORBIDDEN: list[tuple[str, Candidate, Candidate]] = [
    ("capacity", mentor(room=0), mentee()),
    ("capacity", mentor(), mentee(room=0)),
    ("training", mentor(trained=False), mentee()),
    ("training", mentor(), mentee(trained=False)),
    ("never-before", mentor(partners=frozenset({"senior"})), mentee()),
    ("never-before", mentor(), mentee(partners=frozenset({"junior"}))),
    ("grade-gap", mentor(grade=9), mentee()),
    ("grade-gap", mentor(grade=10), mentee()),
    ("reporting-line", mentor(managers=("person-x", "person-y", "person-senior")), mentee()),
    ("reporting-line", mentor(), mentee(managers=("person-x", "person-junior"))),
    ("reporting-line", mentor(person_id="person-senior"), mentee()),
    ("same-unit", mentor(unit=" Finance"), mentee()),
    ("same-unit", mentor(unit="Qualité des Données"), mentee(unit="QUALITE\u0301\u00a0des  Donne\u0301es")),
    ("same-unit", mentor(unit="R&D\u200b Ｌａｂ"), mentee(unit="r&d la\u00adb\ufeff")),
    ("cross-border", mentor(country="GB", cross_border=False), mentee()),
    ("cross-border", mentor(country="GB"), mentee(cross_border=False)),
    ("language", mentor(languages=("en",)), mentee()),
    ("topic", mentor(offers=(Skill(topic="social-media", level=1),)), mentee()),
    ("topic", mentor(offers=(Skill(topic="the-web", level=5),)), mentee()),
    ("topic", mentor(), mentee(wants=())),
    ("working-hours", mentor(time_zone="America/Los_Angeles"), mentee()),
    ("working-hours", mentor(working_hours={"days": (5, 6)}), mentee()),
]


def broken(junior: Candidate, senior: Candidate, settings: Terms) -> tuple[str, ...]:
    return broken_rules([(junior, senior)], settings)[0]


def test_a_suitable_pair_is_open() -> None:
    assert broken(mentor(), mentee(), terms()) == ()


@pytest.mark.parametrize(("code", "junior", "senior"), FORBIDDEN)
def test_each_hard_rule_closes_the_door_alone(code: str, junior: Candidate, senior: Candidate) -> None:
    assert broken(junior, senior, terms()) == (code,)


def test_every_hard_rule_is_spoiled_above() -> None:
    assert {code for code, _, _ in FORBIDDEN} == {rule.code for rule in rules.HARD}


ALLOWED: list[tuple[Candidate, Candidate, dict[str, Any]]] = [
    (mentor(languages=("nb",)), mentee(languages=("no",)), {}),
    (mentor(languages=("nn-NO",)), mentee(languages=("nb", "en")), {}),
    (mentor(languages=("es-419",)), mentee(languages=("es",)), {}),
    (mentor(languages=("iw",)), mentee(languages=("he",)), {}),
    (mentor(unit="R&D"), mentee(unit="RD"), {}),
    (mentor(unit="Sales-EU"), mentee(unit="Sales EU"), {}),
    (mentor(grade=9), mentee(), {"grade_gap": 0}),
    (mentor(grade=8), mentee(), {}),
    (mentor(unit="finance"), mentee(), {"same_unit": SameUnit.AVOID}),
    (mentor(unit="finance"), mentee(), {"same_unit": SameUnit.ALLOW}),
    (mentor(), mentee(trained=False), {"training": Training.MENTOR}),
    (mentor(trained=False), mentee(trained=False), {"training": Training.NONE}),
    (mentor(country="GB"), mentee(), {}),
    (mentor(cross_border=False), mentee(cross_border=False), {}),
    (mentor(languages=("en-GB",)), mentee(languages=("de", "en-US")), {}),
    (mentor(managers=("person-x",)), mentee(managers=("person-x",)), {}),
    (mentor(partners=frozenset({"other"})), mentee(partners=frozenset({"another"})), {}),
]


@pytest.mark.parametrize(("junior", "senior", "settings"), ALLOWED)
def test_settings_and_consent_open_the_door(junior: Candidate, senior: Candidate, settings: dict[str, Any]) -> None:
    assert broken(junior, senior, terms(**settings)) == ()


def test_a_gap_that_a_programme_asks_for_is_asked_for() -> None:
    assert broken(mentor(grade=6), mentee(grade=9), terms(grade_gap=3)) == ()
    assert broken(mentor(grade=7), mentee(grade=9), terms(grade_gap=3)) == ("grade-gap",)


def test_the_mentors_training_is_asked_for_when_only_mentors_are_trained() -> None:
    assert broken(mentor(trained=False), mentee(), terms(training=Training.MENTOR)) == ("training",)


def test_a_longer_session_needs_more_common_time() -> None:
    short = mentor(working_hours={"start": "17:00", "end": "20:00"})
    assert broken(short, mentee(), terms(minutes=30)) == ()
    assert broken(short, mentee(), terms(minutes=45)) == ("working-hours",)


def test_several_broken_rules_are_named_in_the_rules_order() -> None:
    assert broken(mentor(offers=(), languages=("en",), room=0), mentee(), terms()) == ("capacity", "language", "topic")


def test_many_couples_are_asked_about_at_once_and_somebody_may_be_in_several() -> None:
    couples = [(mentor(), mentee()), (mentor(), mentee("b", grade=1)), (mentor("c", room=0), mentee())]
    assert broken_rules(couples, terms()) == [(), ("grade-gap",), ("capacity",)]
    assert broken_rules([], terms()) == []


HALF = Wish(topic="social-media", level=0, priority=3), Wish(topic="vision", level=0, priority=3)
SOFT: list[tuple[str, Candidate, Candidate, int]] = [
    ("topics", mentor(), mentee(), 75),  # from 1 to 4, of at most from 1 to 5
    ("topics", mentor(offers=(Skill(topic="social-media", level=5),)), mentee(wants=HALF), 50),
    ("topics", mentor(offers=()), mentee(), 0),
    ("topics", mentor(), mentee(wants=()), 0),
    ("reciprocity", mentor(), mentee(), 100),
    ("reciprocity", mentor(wants=()), mentee(), 0),
    ("interests", mentor(interests=("Chess", "music")), mentee(interests=("chess ",)), 50),
    ("interests", mentor(interests=("vélo", "Ve\u0301lo")), mentee(interests=("VÉLO\u00a0",)), 100),
    ("interests", mentor(), mentee(), 0),
    ("units", mentor(), mentee(), 100),
    ("units", mentor(unit="Donne\u0301es\u00a0 A"), mentee(unit="données a"), 0),
    ("units", mentor(unit="finance"), mentee(), 0),
    ("overlap", mentor(), mentee(), 100),
    ("overlap", mentor(working_hours={"days": (0,)}), mentee(), 42),  # 8.5 h of 20 h
    ("overlap", mentor(working_hours={"days": (5,)}), mentee(), 0),
    ("city", mentor(city="Lyon"), mentee(city="lyon"), 100),
    ("city", mentor(city="Orléans"), mentee(city="Orle\u0301ans\u202f"), 100),
    ("city", mentor(city="Lyon"), mentee(city="Lille"), 0),
    ("city", mentor(), mentee(), 0),
    ("city", mentor(city="London", country="CA"), mentee(city="London"), 0),
    ("waiting", mentor(waited_weeks=26), mentee(waited_weeks=400), 100),
    ("waiting", mentor(waited_weeks=13), mentee(), 25),
]


def only(code: str, weight: int = 1) -> Weights:
    return Weights(**(dict.fromkeys(Weights.model_fields, 0) | {code: weight}))


@pytest.mark.parametrize(("code", "junior", "senior", "per_cent"), SOFT)
def test_each_soft_rule(code: str, junior: Candidate, senior: Candidate, per_cent: int) -> None:
    rule = next(rule for rule in rules.SOFT if rule.code == code)
    assert np.broadcast_to(rule.per_cent(meeting([(junior, senior)], terms())), 1).tolist() == [per_cent]
    assert valued([(junior, senior)], terms(weights=only(code, 7)))[0][0] == 7 * per_cent


def test_every_soft_rule_has_a_weight_and_a_test() -> None:
    assert {rule.code for rule in rules.SOFT} == set(Weights.model_fields) == {code for code, *_ in SOFT}


def test_the_same_unit_counts_against_a_pair_where_it_is_to_be_avoided() -> None:
    avoid = terms(same_unit=SameUnit.AVOID, weights=only("units"))
    assert valued([(mentor(unit="finance"), mentee())], avoid)[0][0] == -100


def test_priority_and_gap_make_the_better_topic() -> None:
    wishes = Wish(topic="social-media", priority=3), Wish(topic="the-web", priority=1)
    teachers = [mentor(topic, offers=(Skill(topic=topic, level=4),)) for topic in ("social-media", "the-web")]
    assert meeting([(one, mentee(wants=wishes)) for one in teachers], terms()).taught.tolist() == [12, 4]


def test_criteria_are_weight_times_per_cent_and_leave_out_what_is_switched_off() -> None:
    weights = Weights(topics=7, reciprocity=0, interests=0, units=3, overlap=0, city=0, waiting=0)
    score, shares = valued([(mentor(), mentee())], terms(weights=weights))[0]
    assert score == 825
    assert [(share.rule, share.points) for share in shares] == [("topics", 525), ("units", 300)]
    assert all(asking.words(share) != share.rule for share in shares)


def test_no_weight_is_no_score() -> None:
    nothing = Weights(**dict.fromkeys(Weights.model_fields, 0))
    assert valued([(mentor(), mentee())], terms(weights=nothing)) == [(0, ())]


@given(st.integers(0, 2**17 - 1), st.data())
def test_per_cent_is_exact(whole: int, data: st.DataObject) -> None:
    part = np.array(data.draw(st.lists(st.integers(0, whole), min_size=1)), dtype=np.int32)
    expected = [100 * one // whole if whole else 0 for one in part.tolist()]
    assert columns.per_cent(part, np.full_like(part, whole)).tolist() == expected


@given(st.integers(2**16, 2**17 - 1), st.integers(1, 100))
def test_per_cent_does_not_round_up_just_below_the_next(whole: int, per_cent: int) -> None:
    """The part nearest to ``per_cent`` from below, where single precision has the least room."""
    part = (per_cent * whole - 1) // 100
    assert columns.per_cent(np.array([part]), np.array([whole])).tolist() == [100 * part // whole]
