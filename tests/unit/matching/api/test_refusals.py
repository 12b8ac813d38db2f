"""What matching says when it says no: a code and facts, and the sentence in the reader's language."""

from typing import Any

import pytest

from services.matching.app import service
from services.matching.pairs.pair import PairState
from services.matching.rounds.choices import Changes, Choices, Locks
from services.matching.rounds.round import RoundState
from services.matching.rules.candidate import Candidate
from shared.domain.errors import Refused
from shared.language.reasons import Reason
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.unit.matching.people import mentee, mentor, terms

SPOKEN = service.spoken


@pytest.mark.parametrize("states", [PairState, RoundState])
def test_every_state_is_a_word_that_is_translated(states: Any) -> None:
    for state in states:
        reason = Reason("round-not-proposed", state=state)
        assert SPOKEN.explain(reason).startswith(f"This round is {state.value}: ")
        assert state.value not in SPOKEN.explain(reason, PSEUDO)


@pytest.mark.parametrize(
    ("one", "other", "code", "facts", "words"),
    [
        (
            mentor(),
            mentee("nobody"),
            "together-takes-no-part",
            {"participant_id": "senior"},
            "“senior” does not take part in this programme.",
        ),
        (
            mentee("junior"),
            mentee(),
            "together-in-other-role",
            {"participant_id": "junior", "role": "mentor"},
            "“junior” is no mentor in this programme.",
        ),
        (
            mentor(partners=frozenset({"senior"})),
            mentee(languages=("ja",)),
            "together-against-rules",
            {"rules": ("language", "never-before")},
            "They share no language. They were partners before.",
        ),
        (
            mentor(room=0),
            mentee(),
            "together-without-place",
            {"participant_id": "junior"},
            "“junior” has as many partners as they can take.",
        ),
    ],
)
def test_why_two_cannot_be_put_together(
    one: Candidate, other: Candidate, code: str, facts: dict[str, Any], words: str
) -> None:
    people = {candidate.id: candidate for candidate in (one, other)}
    with pytest.raises(Refused) as caught:
        Locks.of([("junior", "senior")], people, terms()).must_hold()
    reason = caught.value.reason
    assert (reason.code, reason.facts) == (code, {"mentor_id": "junior", "mentee_id": "senior", **facts})
    assert SPOKEN.explain(reason) == f"“junior” and “senior” cannot be put together. {words}"


def test_whom_a_manager_puts_together_and_keeps_apart_is_named() -> None:
    with pytest.raises(Refused) as caught:
        Changes(lock=(("a", "b"),), forbid=(("a", "b"),)).of(Choices(), terms())
    assert str(caught.value) == "together-and-apart mentor_id=a mentee_id=b"


def test_whoever_waits_for_nobody_is_addressed() -> None:
    reason = Reason("waits-for-nobody")
    assert SPOKEN.explain(reason, you=True) == "You wait for nobody: you have a partner, or no longer take part."
    assert SPOKEN.explain(reason).startswith("This participant waits for nobody: they have a partner")


def test_a_role_is_a_word() -> None:
    reason = Reason("together-in-other-role", mentor_id="x", mentee_id="x", participant_id="x", role=Role.MENTEE)
    assert "mentee" in SPOKEN.explain(reason) and "mentee" not in SPOKEN.explain(reason, PSEUDO)
