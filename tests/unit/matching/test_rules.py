"""Every rule of pairing, spoiled one at a time."""

from typing import Any

import pytest

from services.matching import reasons, rules
from services.matching.candidate import Candidate
from shared.programme import SameUnit, Training, Weights
from shared.skills import Skill, Wish
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
    ("cross-border", mentor(country="GB", cross_border=False), mentee()),
    ("cross-border", mentor(country="GB"), mentee(cross_border=False)),
    ("language", mentor(languages=("en",)), mentee()),
    ("topic", mentor(offers=(Skill(topic="social-media", level=1),)), mentee()),
    ("topic", mentor(offers=(Skill(topic="the-web", level=5),)), mentee()),
    ("topic", mentor(), mentee(wants=())),
    ("working-hours", mentor(time_zone="America/Los_Angeles"), mentee()),
    ("working-hours", mentor(working_hours={"days": (5, 6)}), mentee()),
]


def test_a_suitable_pair_is_open() -> None:
    assert rules.is_open(mentor(), mentee(), terms())
    assert rules.closers(mentor(), mentee(), terms()) == ()


@pytest.mark.parametrize(("code", "junior", "senior"), FORBIDDEN)
def test_each_hard_rule_closes_the_door_alone(code: str, junior: Candidate, senior: Candidate) -> None:
    assert rules.closers(junior, senior, terms()) == (code,)
    assert not rules.is_open(junior, senior, terms())


def test_every_hard_rule_is_spoiled_above() -> None:
    assert {code for code, _, _ in FORBIDDEN} == {rule.code for rule in rules.HARD}


ALLOWED: list[tuple[Candidate, Candidate, dict[str, Any]]] = [
    (mentor(grade=9), mentee(), {"grade_gap": 0}),
    (mentor(unit="finance"), mentee(), {"same_unit": SameUnit.AVOID}),
    (mentor(unit="finance"), mentee(), {"same_unit": SameUnit.ALLOW}),
    (mentor(), mentee(trained=False), {"training": Training.MENTOR}),
    (mentor(trained=False), mentee(trained=False), {"training": Training.NONE}),
    (mentor(country="GB"), mentee(), {}),
    (mentor(cross_border=False), mentee(cross_border=False), {}),
    (mentor(languages=("en-GB",)), mentee(languages=("de", "en-US")), {}),
]


@pytest.mark.parametrize(("junior", "senior", "settings"), ALLOWED)
def test_settings_and_consent_open_the_door(junior: Candidate, senior: Candidate, settings: dict[str, Any]) -> None:
    assert rules.is_open(junior, senior, terms(**settings))


def test_the_mentors_training_is_asked_for_when_only_mentors_are_trained() -> None:
    assert rules.closers(mentor(trained=False), mentee(), terms(training=Training.MENTOR)) == ("training",)


def test_a_longer_session_needs_more_common_time() -> None:
    short = mentor(working_hours={"start": "17:00", "end": "20:00"})
    assert rules.is_open(short, mentee(), terms(minutes=30))
    assert rules.closers(short, mentee(), terms(minutes=45)) == ("working-hours",)


HALF = Wish(topic="social-media", level=0, priority=3), Wish(topic="vision", level=0, priority=3)
SOFT: list[tuple[str, Candidate, Candidate, int]] = [
    ("topics", mentor(), mentee(), 75),  # from 1 to 4, of at most from 1 to 5
    ("topics", mentor(offers=(Skill(topic="social-media", level=5),)), mentee(wants=HALF), 50),
    ("topics", mentor(offers=()), mentee(), 0),
    ("topics", mentor(), mentee(wants=()), 0),
    ("reciprocity", mentor(), mentee(), 100),
    ("reciprocity", mentor(wants=()), mentee(), 0),
    ("interests", mentor(interests=("Chess", "music")), mentee(interests=("chess ",)), 50),
    ("interests", mentor(), mentee(), 0),
    ("units", mentor(), mentee(), 100),
    ("units", mentor(unit="finance"), mentee(), 0),
    ("overlap", mentor(), mentee(), 100),
    ("overlap", mentor(working_hours={"days": (0,)}), mentee(), 42),  # 8.5 h of 20 h
    ("overlap", mentor(working_hours={"days": (5,)}), mentee(), 0),
    ("city", mentor(city="Lyon"), mentee(city="lyon"), 100),
    ("city", mentor(city="Lyon"), mentee(city="Lille"), 0),
    ("city", mentor(), mentee(), 0),
    ("city", mentor(city="London", country="CA"), mentee(city="London"), 0),
    ("waiting", mentor(waited_weeks=26), mentee(waited_weeks=400), 100),
    ("waiting", mentor(waited_weeks=13), mentee(), 25),
]


@pytest.mark.parametrize(("code", "junior", "senior", "per_cent"), SOFT)
def test_each_soft_rule(code: str, junior: Candidate, senior: Candidate, per_cent: int) -> None:
    rule = next(rule for rule in rules.SOFT if rule.code == code)
    assert rule.per_cent(junior, senior, terms()) == per_cent


def test_every_soft_rule_has_a_weight_and_a_test() -> None:
    assert {rule.code for rule in rules.SOFT} == set(Weights.model_fields) == {code for code, *_ in SOFT}


def test_the_same_unit_counts_against_a_pair_where_it_is_to_be_avoided() -> None:
    rule = next(rule for rule in rules.SOFT if rule.code == "units")
    assert rule.per_cent(mentor(unit="finance"), mentee(), terms(same_unit=SameUnit.AVOID)) == -100


def test_priority_and_gap_make_the_better_topic() -> None:
    wishes = Wish(topic="social-media", priority=3), Wish(topic="the-web", priority=1)
    first = rules.taught(mentor(offers=(Skill(topic="social-media", level=4),)), mentee(wants=wishes))
    second = rules.taught(mentor(offers=(Skill(topic="the-web", level=4),)), mentee(wants=wishes))
    assert (first, second) == (60, 20)


def test_criteria_are_weight_times_per_cent_and_leave_out_what_is_switched_off() -> None:
    weights = Weights(topics=7, reciprocity=0, interests=0, units=3, overlap=0, city=0, waiting=0)
    shares = rules.criteria(mentor(), mentee(), terms(weights=weights))
    assert [(share.rule, share.points) for share in shares] == [("topics", 525), ("units", 300)]
    assert all(rules.words(share) != share.rule for share in shares)


def test_every_reason_has_its_own_sentence() -> None:
    assert all(reasons.sentence((rule.code,)) == rule.closed for rule in rules.HARD)
    assert len(set(reasons.SENTENCES.values())) == len(reasons.SENTENCES)
    both = reasons.sentence(("language", "topic"))
    assert reasons.SENTENCES["language"] in both and reasons.SENTENCES["topic"] in both
    assert reasons.code(("language", "topic")) == reasons.SEVERAL
