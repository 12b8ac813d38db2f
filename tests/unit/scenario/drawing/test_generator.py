"""Scenarios are the same for the same seed, complete, and readable for the import."""

import csv
import io
from collections import Counter
from datetime import date, timedelta

import pytest

from deploy.local.scenario.drawing.generator import SCENARIOS, generate
from deploy.local.scenario.drawing.people import COLUMNS, Person, Scenario
from shared.language.terms import Role

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module", params=sorted(SCENARIOS))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return generate(request.param, 1, TODAY)


def rows(scenario: Scenario) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(scenario.csv_text())))


def chain(scenario: Scenario, person: Person) -> list[str]:
    managers = {one.employee_id: one.manager for one in scenario.people}
    above: list[str] = []
    while managers.get(above[-1] if above else person.employee_id):
        above.append(managers[above[-1] if above else person.employee_id])
        assert len(above) < 10
    return above


def test_same_seed_same_people(scenario: Scenario) -> None:
    assert generate(scenario.name, 1, TODAY) == scenario


def test_another_seed_other_people(scenario: Scenario) -> None:
    assert generate(scenario.name, 2, TODAY).csv_text() != scenario.csv_text()


def test_another_day_moves_the_dates_only(scenario: Scenario) -> None:
    later = generate(scenario.name, 1, TODAY + timedelta(days=10))
    assert later.people == scenario.people
    assert later.terms.starts_on - scenario.terms.starts_on == timedelta(days=10)
    assert later.terms.ends_on - scenario.terms.ends_on == timedelta(days=10)


def test_the_series_fits_into_the_programme(scenario: Scenario) -> None:
    plan = scenario.terms.plan
    series = timedelta(days=10 + (plan.sessions - 1) * plan.cadence_days)
    assert scenario.terms.starts_on > TODAY
    assert scenario.terms.starts_on + series < scenario.terms.ends_on


def test_the_file_has_every_column_and_everybody_who_does_not_apply(scenario: Scenario) -> None:
    assert tuple(rows(scenario)[0]) == COLUMNS
    assert len(rows(scenario)) + len(scenario.applicants) == len(scenario.people)


def test_nobody_is_there_twice(scenario: Scenario) -> None:
    assert len({person.employee_id for person in scenario.people}) == len(scenario.people)
    assert len({person.email for person in scenario.people}) == len(scenario.people)


def test_addresses_belong_to_nobody(scenario: Scenario) -> None:
    assert all(person.email.endswith("@example.com") and person.email.isascii() for person in scenario.people)


def test_people_fit_the_terms(scenario: Scenario) -> None:
    terms = scenario.terms
    for profile in (person.profile for person in scenario.people):
        assert profile.country in terms.countries
        assert {skill.topic for skill in profile.offers} | {wish.topic for wish in profile.wants} <= set(terms.topics)
        assert set(profile.languages) <= set(terms.languages)


def test_mentees_are_senior_and_managers_are_among_them(scenario: Scenario) -> None:
    grades = {role: [p.profile.grade for p in scenario.people if p.profile.role is role] for role in Role}
    assert max(grades[Role.MENTOR]) < min(grades[Role.MENTEE])
    seniors = {person.employee_id for person in scenario.people if person.profile.role is Role.MENTEE}
    assert {manager for person in scenario.people for manager in chain(scenario, person)} <= seniors
    assert max(len(chain(scenario, person)) for person in scenario.people) == 2


def test_a_few_miss_the_training_and_most_do_not(scenario: Scenario) -> None:
    untrained = [p for p in scenario.people if p.profile.role is Role.MENTOR and not p.becomes_trained]
    assert 0 < len(untrained) < len(scenario.people) / 10


def test_bnp_uk_has_a_mentor_and_a_mentee_in_each_of_twelve_departments() -> None:
    people = generate("bnp-uk", 1, TODAY).people
    seats = Counter((person.profile.unit, person.profile.role) for person in people)
    assert len(people) == len(seats) == 24
    assert Counter(person.profile.country for person in people) == {"GB": 20, "FR": 4}


def test_whoever_applies_is_nobodys_report_so_that_the_reporting_line_is_known() -> None:
    assert not any(person.manager for person in generate("bnp-uk", 1, TODAY).applicants)


def test_ge_1999_is_one_file_of_500_and_500() -> None:
    scenario = generate("ge-1999", 1, TODAY)
    assert Counter(person.profile.role for person in scenario.people) == {Role.MENTOR: 500, Role.MENTEE: 500}
    assert scenario.applicants == []
    assert len({person.profile.time_zone for person in scenario.people}) == 7
    assert {row["trained"] for row in rows(scenario)} == {"yes", "no"}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="bnp-uk, ge-1999"):
        generate("bnp", 1, TODAY)
