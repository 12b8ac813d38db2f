"""Members, pairs and rounds through their lives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.matching import reasons
from services.matching.member import Member
from services.matching.pair import Pair, PairState
from services.matching.programme import Programme, ProgrammeState
from services.matching.round import ATTEMPTS, LEASE, Request, Round, RoundState
from shared.documents import from_document, to_document
from shared.errors import Refused
from shared.events import MatchingRequested, MatchingRoundCompleted, PairCompleted, PairDissolved, PairFormed, Parting
from shared.programme import Role
from tests.unit.matching.people import profile, terms

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
MEMBER = Member(id="junior", programme_id="p", person_id="person-1", profile=profile(Role.MENTOR), trained=True)
PAIR = Pair(
    id="pair",
    programme_id="p",
    round_id="round",
    mentor_id="junior",
    mentee_id="senior",
    countries=("FR", "GB"),
    score=7,
    criteria=(),
    formed_at=NOW,
)
ROUND = Round(id="round", programme_id="p", requested_at=NOW)


def test_a_new_member_has_a_stated_reason() -> None:
    assert MEMBER.waits and MEMBER.waiting_because == (reasons.NO_ROUND_YET,)


def test_a_paired_member_waits_no_more_and_remembers_the_partner() -> None:
    paired = MEMBER.left_over(("language",), NOW).paired("pair", "senior")
    assert not paired.waits
    assert (paired.pairs, paired.partners) == (("pair",), ("senior",))
    assert (paired.waiting_since, paired.waiting_because) == (None, ())


def test_a_freed_member_waits_again_and_never_meets_the_partner_again() -> None:
    freed = MEMBER.paired("pair", "senior").freed("pair", NOW)
    assert freed.waits and freed.waiting_since == NOW and freed.waiting_because == (reasons.PAIR_ENDED,)
    candidate = freed.candidate(NOW + timedelta(weeks=3))
    assert candidate is not None
    assert (candidate.room, candidate.partners, candidate.waited_weeks) == (1, frozenset({"senior"}), 3)


def test_a_member_with_another_pair_does_not_wait() -> None:
    freed = MEMBER.paired("pair", "senior").paired("other", "third").freed("pair", NOW)
    assert not freed.waits and freed.waiting_because == ()


def test_waiting_counts_from_the_first_round() -> None:
    again = MEMBER.left_over(("topic",), NOW).left_over(("language",), NOW + timedelta(weeks=2))
    assert (again.waiting_since, again.waiting_because) == (NOW, ("language",))


def test_a_withdrawn_member_is_no_candidate_until_registered_again() -> None:
    gone = MEMBER.steps_back()
    assert gone.candidate(NOW) is None and not gone.waits
    assert gone.registered("person-1", profile(Role.MENTOR)).candidate(NOW) is not None


def test_an_erased_member_keeps_nothing_but_the_id() -> None:
    erased = MEMBER.paired("pair", "senior").freed("pair", NOW).erased()
    assert erased.candidate(NOW) is None
    assert (erased.person_id, erased.profile, erased.partners) == ("", None, ())


def test_a_pair_tells_of_its_beginning_and_end() -> None:
    formed = PAIR.formed()
    assert [type(event) for event in formed.raised] == [PairFormed]
    ended = PAIR.dissolved(Parting.OWN_WISH)
    assert ended.state is PairState.DISSOLVED and isinstance(ended.raised[0], PairDissolved)
    with pytest.raises(Refused):
        ended.dissolved(Parting.MANAGER)
    assert ended.completed() == ended
    assert isinstance(PAIR.completed().raised[0], PairCompleted)


def test_a_request_and_its_round_number_their_own_streams() -> None:
    made = Request(id="round", programme_id="p").made("manager")
    assert isinstance(made.raised[0], MatchingRequested)
    done = ROUND.completed(digest="d", scores=[5, 7], left_over=[("topic",), ("topic",), ("a", "b")], now=NOW)
    told = done.raised[0]
    assert isinstance(told, MatchingRoundCompleted)
    assert (told.pairs, told.total_score, told.unmatched) == (2, 12, {reasons.SEVERAL: 1, "topic": 2})


def test_a_claimed_round_comes_back_when_its_lease_runs_out_but_not_for_ever() -> None:
    claimed = ROUND.ready(NOW).claimed(NOW)
    assert (claimed.state, claimed.due_at) == (RoundState.RUNNING, NOW + LEASE)
    assert claimed.ready(NOW) == claimed
    for _ in range(ATTEMPTS - 1):
        claimed = claimed.lost(NOW).claimed(NOW)
    given_up = claimed.claimed(NOW)
    assert (given_up.state, given_up.due_at) == (RoundState.FAILED, None) and given_up.failure


def test_a_programme_is_busy_with_one_round() -> None:
    busy = Programme(id="p", terms=terms()).busy("one")
    assert busy.free_of("other").busy_with == "one" and busy.free_of("one").busy_with == ""
    with pytest.raises(Refused):
        busy.closed().must_be_open()
    assert busy.closed().state is ProgrammeState.CLOSED


@pytest.mark.parametrize("aggregate", [MEMBER.left_over(("topic",), NOW), MEMBER.erased(), PAIR, ROUND.ready(NOW)])
def test_what_is_stored_comes_back(aggregate: Member | Pair | Round) -> None:
    assert from_document(type(aggregate), to_document(replace(aggregate, raised=()))) == aggregate
