"""Members: what they remember, when the waiting list owes them a look, and in which order they come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.matching.members.member import Member
from services.matching.rules import reasons
from shared.language.terms import Role
from shared.store.documents import from_document, to_document
from tests.unit.matching.people import profile

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MENTOR = profile(Role.MENTOR)
MEMBER = Member(id="junior", programme_id="p", person_id="person-1", profile=MENTOR, trained=True)
FOR_TWO = Member(
    id="junior", programme_id="p", person_id="person-1", profile=profile(Role.MENTOR, capacity=2), trained=True
)


def test_a_new_member_has_a_stated_reason() -> None:
    assert MEMBER.waits and MEMBER.waiting_because == (reasons.NO_ROUND_YET,)


def test_a_paired_member_waits_no_more_and_remembers_the_partner() -> None:
    paired = MEMBER.left_over(("language",), NOW).paired("pair", "senior", NOW)
    assert not paired.waits and paired.room == 0
    assert (paired.pairs, paired.partners) == (("pair",), ("senior",))
    assert (paired.waiting_since, paired.waiting_because) == (None, ())


def test_a_freed_member_returns_and_never_meets_the_partner_again() -> None:
    freed = MEMBER.paired("pair", "senior", NOW).freed("pair", NOW, since=NOW)
    assert freed.waits and freed.returning
    assert (freed.waiting_since, freed.waiting_because) == (NOW, (reasons.PAIR_ENDED,))
    candidate = freed.candidate(NOW + timedelta(weeks=3))
    assert candidate is not None
    assert (candidate.room, candidate.partners, candidate.waited_weeks) == (1, frozenset({"senior"}), 3)
    assert candidate.alone and candidate.returning
    assert not freed.paired("next", "third", LATER).returning


def test_a_freed_member_waits_since_the_pair_ended_and_is_looked_after_since_that_was_heard() -> None:
    freed = MEMBER.paired("pair", "senior", NOW).freed("pair", LATER, since=NOW)
    assert (freed.waiting_since, freed.unserved_since, freed.changed_at) == (NOW, LATER, LATER)


def test_a_member_with_another_pair_has_a_place_but_does_not_wait() -> None:
    freed = FOR_TWO.paired("pair", "senior", NOW).paired("other", "third", NOW).freed("pair", LATER, since=LATER)
    assert not freed.waits and not freed.returning and freed.waiting_because == ()
    assert (freed.room, freed.unserved_since) == (1, LATER)
    candidate = freed.candidate(LATER)
    assert candidate is not None and not candidate.alone


def test_waiting_counts_from_the_first_time() -> None:
    again = MEMBER.left_over(("topic",), NOW).left_over(("language",), NOW + timedelta(weeks=2))
    assert (again.waiting_since, again.waiting_because) == (NOW, ("language",))


def test_a_withdrawn_member_is_no_candidate_until_registered_again() -> None:
    gone = replace(MEMBER, returning=True, unserved_since=NOW, due_at=NOW).steps_back(LATER)
    assert gone.candidate(NOW) is None and not gone.waits
    assert (gone.room, gone.returning, gone.unserved_since, gone.due_at) == (0, False, None, None)
    back = gone.registered("person-1", MENTOR, LATER)
    assert back.candidate(NOW) is not None and back.unserved_since == LATER


def test_an_erased_member_keeps_nothing_but_the_id() -> None:
    erased = MEMBER.paired("pair", "senior", NOW).freed("pair", NOW, since=NOW).erased(NOW)
    assert erased.candidate(NOW) is None
    assert (erased.person_id, erased.profile, erased.partners) == ("", None, ())


@pytest.mark.parametrize(
    "changed",
    [
        MEMBER.registered("person-1", MENTOR, NOW),
        MEMBER.changed(MENTOR, NOW),
        MEMBER.finished_training(NOW),
        MEMBER.seeks_again(NOW),
        MEMBER.paired("pair", "senior", NOW - timedelta(days=1)).freed("pair", NOW, since=NOW),
    ],
)
def test_whatever_opens_a_door_makes_the_list_look_anew(changed: Member) -> None:
    assert (changed.unserved_since, changed.changed_at) == (NOW, NOW)
    assert changed.called(LATER).due_at == LATER
    served = changed.called(LATER).served()
    assert (served.unserved_since, served.due_at) == (None, None)
    assert served.called(LATER).due_at is None, "it owes them nothing any more"


def test_whoever_is_put_off_is_still_owed_a_look() -> None:
    put_off = MEMBER.changed(MENTOR, NOW).called(NOW).put_off()
    assert (put_off.due_at, put_off.unserved_since) == (None, NOW)


def test_nobody_without_a_place_is_called() -> None:
    paired = MEMBER.changed(MENTOR, NOW).called(NOW).paired("pair", "senior", LATER)
    assert (paired.unserved_since, paired.due_at, paired.changed_at) == (None, None, LATER)
    assert paired.changed(MENTOR, LATER).unserved_since is None


def test_whoever_has_a_second_place_is_looked_after_again() -> None:
    half = FOR_TWO.changed(profile(Role.MENTOR, capacity=2), NOW).called(NOW).paired("pair", "senior", LATER)
    assert (half.room, half.unserved_since, half.due_at) == (1, NOW, NOW)


def test_the_queue_puts_the_returning_first_and_then_the_longest_waiting() -> None:
    waits = replace(MEMBER, waiting_since=NOW)
    queue = [
        replace(waits, id="d", returning=True, waiting_since=LATER),
        replace(waits, id="a"),
        replace(waits, id="b"),
        replace(waits, id="0", waiting_since=LATER),
        replace(waits, id="00", waiting_since=None),
    ]
    shuffled = [queue[place] for place in (3, 1, 4, 0, 2)]
    assert sorted(shuffled, key=lambda member: member.queue) == queue


@pytest.mark.parametrize("member", [MEMBER.changed(MENTOR, NOW).called(NOW), MEMBER.erased(NOW)])
def test_what_is_stored_comes_back(member: Member) -> None:
    assert from_document(Member, to_document(member)) == member
