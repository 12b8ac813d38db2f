"""What the live page shows is what is stored of its programme."""

from dataclasses import replace
from datetime import timedelta

from services.registration.board.card import AtRisk, Meeting, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.pages.board.reading import newest_change, read_board
from services.registration.people.participant import Participant
from shared.language.matching import PairState
from shared.language.registration import Withdrawal
from shared.language.sessions import Outcome
from shared.language.terms import PairingRules, Role, Training
from tests.support.memory import MemoryStore
from tests.support.promises import keep
from tests.unit.registration.samples import NOW, PROFILE, programme

MENTEE = PROFILE.model_copy(update={"role": Role.MENTEE})
TRAINING_FOR_MENTORS = programme(pairing=PairingRules(training=Training.MENTOR))


def meeting(number: int, hours: int, outcome: Outcome = Outcome.SCHEDULED) -> Meeting:
    starts_at = NOW + timedelta(hours=hours)
    return Meeting(session_id=f"s{number}", number=number, starts_at=starts_at, outcome=outcome)


def card(identity: str, mentor: str, mentee: str, *meetings: Meeting) -> PairCard:
    held = sum(each.outcome is Outcome.HELD for each in meetings)
    return PairCard(
        id=identity, programme_id="spring", mentor_id=mentor, mentee_id=mentee, meetings=meetings, held=held
    )


async def test_people_are_counted_by_how_far_they_have_come() -> None:
    mentors = [Participant.registered("spring", f"mentor-{n}", PROFILE) for n in range(4)]
    mentees = [Participant.registered("spring", f"mentee-{n}", MENTEE) for n in range(3)]
    elsewhere = Participant.registered("autumn", "mentor-0", PROFILE)
    people = [mentors[0].trained(), mentors[1].trained(), mentors[2], mentors[3].withdrawn(Withdrawal.OWN_WISH)]
    met = card("p1", "ann", "bob", meeting(1, -5, Outcome.HELD))
    store = MemoryStore(
        *people,
        *mentees,
        elsewhere,
        met,
        card("p2", "ann", "cyd"),
        card("p3", "", ""),
        replace(card("p4", "dan", "eve", meeting(1, -5, Outcome.HELD)), state=PairState.DISSOLVED),
        replace(met, id="p5", programme_id="autumn", mentor_id="x"),
    )
    funnel = (await read_board(store, TRAINING_FOR_MENTORS)).funnel
    assert (funnel.registered, funnel.trained, funnel.ready, funnel.withdrawn) == (6, 2, 5, 1)
    assert (funnel.paired, funnel.met) == (3, 2)


async def test_what_comes_next_is_in_the_order_of_time() -> None:
    ended = replace(card("p3", "a", "b", meeting(1, 1)), state=PairState.COMPLETED)
    store = MemoryStore(
        card("p1", "a", "b", meeting(1, -2), meeting(2, 5), meeting(3, 50)),
        card("p2", "c", "d", meeting(1, 1, Outcome.CANCELLED), meeting(2, 4), *(meeting(n, 60 + n) for n in range(5))),
        ended,
    )
    upcoming = (await read_board(store, programme())).upcoming
    assert [(pair.id, each.starts_at - NOW) for pair, each in upcoming] == [
        (pair, timedelta(hours=hours))
        for pair, hours in (("p2", 4), ("p1", 5), ("p1", 50), ("p2", 60), ("p2", 61), ("p2", 62))
    ]


async def test_what_needs_somebody_is_counted_and_listed() -> None:
    alarm = AtRisk(since=NOW, sessions_lost=2)
    at_risk = replace(card("p1", "a", "b"), at_risk=alarm)
    broken = replace(card("p2", "c", "d"), broken=("language",))
    over = replace(card("p3", "e", "f"), at_risk=alarm, broken=("language",), state=PairState.DISSOLVED)
    board = await read_board(MemoryStore(at_risk, broken, over, card("p4", "g", "h")), programme())
    assert (board.active_pairs, board.all_pairs, board.at_risk, board.all_broken) == (3, 4, 1, 1)
    assert ([each.id for each in board.alarms], [each.id for each in board.broken]) == (["p1"], ["p2"])
    assert [each.id for each in board.pairs] == ["p1", "p2", "p4", "p3"]


async def test_the_page_is_another_whenever_something_was_heard() -> None:
    heard = Happening(event="SessionHeld", at=NOW)
    feed = Feed(id="p1", programme_id="spring", happenings=(heard,), latest_at=NOW)
    store = MemoryStore(feed)
    assert await newest_change(store, "autumn") == ""
    before = await newest_change(store, "spring")
    assert await newest_change(store, "spring") == before != ""

    await keep(store, replace(feed, happenings=(heard, heard)))
    after = await newest_change(store, "spring")
    await keep(store, replace(feed, id="p2", latest_at=NOW + timedelta(seconds=1)))
    assert len({before, after, await newest_change(store, "spring")}) == 3
