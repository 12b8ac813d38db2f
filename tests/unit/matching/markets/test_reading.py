"""A record that the rules cannot be applied to is named and left out, and the round goes on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from services.matching.app import service
from services.matching.markets import reading
from services.matching.markets.reading import read
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.solver.solver import solve
from shared.language.skills import Skill
from shared.language.terms import Goal
from tests.unit.matching.people import mentee, mentor, terms

GOOD = mentor(), mentee()


def with_profile(candidate: Candidate, **changes: Any) -> Candidate:
    """Unchecked, as a stored document might have become."""
    return replace(candidate, profile=candidate.profile.model_copy(update=changes))


def broken(of: Callable[[str], Candidate]) -> list[Candidate]:
    good = of("secret")
    return [
        with_profile(good, time_zone="Nowhere/Land"),
        with_profile(good, languages=(None,)),
        with_profile(good, grade=None),
        with_profile(good, unit=None),
        with_profile(good, managers=None),
        with_profile(good, offers=({"topic": 1},)),
        with_profile(good, offers=(Skill.model_construct(topic="vision", level=900),)),
        replace(good, partners=None),  # type: ignore[arg-type]
        replace(good, profile=None),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("bad", [*broken(mentor), *broken(mentee)])
def test_a_poisoned_record_is_named_and_does_not_stop_the_round(bad: Candidate) -> None:
    outcome = solve(Snapshot(terms=terms(), candidates=(*GOOD, bad)))
    assert [(match.mentor_id, match.mentee_id) for match in outcome.matches] == [("junior", "senior")]
    assert outcome.left_out.keys() == {"secret"}
    assert "Nowhere" not in outcome.left_out["secret"]
    assert outcome.left_out["secret"].startswith("rules-fail error=")
    assert service.spoken.retell(outcome.left_out["secret"]).startswith("The rules cannot be applied to this record: ")
    assert "secret" not in outcome.left_over
    assert outcome.digest != solve(Snapshot(terms=terms(), candidates=GOOD)).digest


def test_several_among_many_are_found() -> None:
    crowd = [*(mentor(f"m{n}") for n in range(20)), *(mentee(f"n{n}") for n in range(20))]
    for place in (3, 4, 39):
        crowd[place] = with_profile(crowd[place], time_zone="Nowhere/Land")
    found = read(Snapshot(terms=terms(), candidates=tuple(crowd)))
    assert found.left_out.keys() == {"m3", "m4", "n19"}
    assert (len(found.crowd.mentors), len(found.crowd.mentees)) == (18, 19)


def test_what_fails_for_no_single_person_is_raised() -> None:
    with (
        patch.object(reading, "_ask", side_effect=[ValueError("of all"), None]),
        pytest.raises(ValueError, match="all"),
    ):
        read(Snapshot(terms=terms(), candidates=GOOD))


def test_a_locked_pair_of_somebody_left_out_is_forgotten() -> None:
    bad = with_profile(mentor("bad"), time_zone="Nowhere/Land")
    outcome = solve(Snapshot(terms=terms(), candidates=(*GOOD, bad), locked=(("bad", "senior"),)))
    assert [(match.mentor_id, match.mentee_id) for match in outcome.matches] == [("junior", "senior")]


def test_locked_pairs_take_their_places_and_count_first_partners() -> None:
    people = mentor(capacity=2), mentor("other"), mentee(alone=False), mentee("third")
    found = read(Snapshot(terms=terms(), candidates=people, locked=(("junior", "senior"),)))
    room = {person.id: (person.room, person.alone) for person in found.crowd.snapshot.candidates}
    assert room == {"junior": (1, False), "other": (1, True), "senior": (0, False), "third": (1, True)}
    assert found.locked_people == {"junior"}


def test_locked_people_count_only_where_people_count() -> None:
    people = mentor(returning=True), mentee()
    worths = [
        solve(Snapshot(terms=terms(goal=goal), candidates=people, locked=(("junior", "senior"),))).certificate.reached
        for goal in Goal
    ]
    assert [(worth.people, worth.returning) for worth in worths] == [(2, 1), (0, 0)]
