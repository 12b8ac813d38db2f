"""What the live page shows is what is stored of its programme."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.registration.board.card import AtRisk, Meeting, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.pages.board.listing import LISTED, Kind, read_listing
from services.registration.pages.board.reading import newest_change, read_board
from services.registration.pages.board.scope import Scope
from services.registration.people.participant import Participant
from services.registration.people.person import Person
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
    funnel = (await read_board(store, TRAINING_FOR_MENTORS, Scope("spring"))).funnel
    assert (funnel.registered, funnel.trained, funnel.ready, funnel.withdrawn) == (6, 2, 5, 1)
    assert (funnel.paired, funnel.met) == (3, 2)


async def test_what_comes_next_is_in_the_order_of_time() -> None:
    ended = replace(card("p3", "a", "b", meeting(1, 1)), state=PairState.COMPLETED)
    store = MemoryStore(
        card("p1", "a", "b", meeting(1, -2), meeting(2, 5), meeting(3, 50)),
        card("p2", "c", "d", meeting(1, 1, Outcome.CANCELLED), meeting(2, 4), *(meeting(n, 60 + n) for n in range(5))),
        ended,
    )
    upcoming = (await read_board(store, programme(), Scope("spring"))).upcoming
    assert [(pair.id, each.starts_at - NOW) for pair, each in upcoming] == [
        (pair, timedelta(hours=hours))
        for pair, hours in (("p2", 4), ("p1", 5), ("p1", 50), ("p2", 60), ("p2", 61), ("p2", 62))
    ]


async def test_what_needs_somebody_is_counted_and_listed() -> None:
    alarm = AtRisk(since=NOW, sessions_lost=2)
    at_risk = replace(card("p1", "a", "b"), at_risk=alarm)
    broken = replace(card("p2", "c", "d"), broken=("language",))
    over = replace(card("p3", "e", "f"), at_risk=alarm, broken=("language",), state=PairState.DISSOLVED)
    board = await read_board(MemoryStore(at_risk, broken, over, card("p4", "g", "h")), programme(), Scope("spring"))
    assert (board.active_pairs, board.all_pairs, board.at_risk, board.all_broken) == (3, 4, 1, 1)
    assert ([each.id for each in board.alarms], [each.id for each in board.broken]) == (["p1"], ["p2"])
    assert [each.id for each in board.pairs] == ["p1", "p2", "p4", "p3"]


async def test_the_page_is_another_whenever_something_was_heard() -> None:
    heard = Happening(event="SessionHeld", at=NOW)
    feed = Feed(id="p1", programme_id="spring", happenings=(heard,), latest_at=NOW, heard_at=NOW)
    store = MemoryStore(feed)
    assert await newest_change(store, "autumn") == ""
    before = await newest_change(store, "spring")
    assert await newest_change(store, "spring") == before != ""

    await keep(store, replace(feed, happenings=(heard, heard)))
    after = await newest_change(store, "spring")
    late = replace(feed, id="p2", latest_at=NOW - timedelta(days=1), heard_at=NOW + timedelta(seconds=1))
    await keep(store, late)
    assert len({before, after, await newest_change(store, "spring")}) == 3


async def test_a_manager_of_one_country_sees_its_people_and_their_pairs() -> None:
    there = PROFILE.model_copy(update={"country": "GB"})
    here = Participant.registered("spring", "person-here", PROFILE)
    abroad = Participant.registered("spring", "person-abroad", there.model_copy(update={"role": Role.MENTEE}))
    mixed = card("p1", here.id, abroad.id, meeting(1, -5, Outcome.HELD))
    foreign = replace(card("p2", "x", abroad.id), at_risk=AtRisk(since=NOW, sessions_lost=2))
    feeds = [
        Feed(id=key, programme_id="spring", happenings=(Happening(event="SessionHeld", at=NOW),), latest_at=NOW)
        for key in ("spring", "p1", "p2", here.id, abroad.id)
    ]
    people = [Person(id=f"person-{each}", name=each, email="a@x.example") for each in ("here", "abroad")]
    store = MemoryStore(here, abroad, mixed, foreign, *feeds, *people)
    board = await read_board(store, programme(), await Scope.of(store, programme(), ["FR"]))

    assert (board.funnel.registered, board.funnel.paired, board.funnel.met) == (1, 1, 1)
    assert ([each.id for each in board.pairs], board.all_pairs, board.at_risk) == (["p1"], 1, 0)
    assert {key for key, _ in board.happenings} == {"spring", "p1", here.id}
    assert (board.faces[here.id].name, board.faces[abroad.id].name) == ("here", "")

    everybody = await read_board(store, programme(), await Scope.of(store, programme(), ["GB", "FR"]))
    assert (everybody.funnel.registered, everybody.all_pairs, everybody.at_risk) == (2, 2, 1)
    assert everybody.faces[abroad.id].name == "abroad"


async def test_how_many_pairs_a_round_formed_in_all_countries_is_shown_to_who_manages_all() -> None:
    heard = (
        Happening(event="MatchingRoundCompleted", at=NOW, number=7),
        Happening(event="ProgrammeOpened", at=NOW),
    )
    store = MemoryStore(Feed(id="spring", programme_id="spring", happenings=heard, latest_at=NOW))
    some = await read_board(store, programme(), await Scope.of(store, programme(), ["FR"]))
    assert [each.event for _, each in some.happenings] == ["ProgrammeOpened"]
    everything = await read_board(store, programme(), await Scope.of(store, programme(), ["FR", "GB"]))
    assert [each.number for _, each in everything.happenings] == [7, None]


async def test_before_the_first_session_nothing_has_begun() -> None:
    ahead = card("p1", "a", "b", meeting(1, 5))
    assert not (await read_board(MemoryStore(ahead), programme(), Scope("spring"))).begun
    missed = card("p2", "c", "d", meeting(1, -5, Outcome.MISSED))
    assert (await read_board(MemoryStore(ahead, missed), programme(), Scope("spring"))).begun


async def test_every_alarm_is_on_some_page() -> None:
    cards = [
        replace(card(f"p{n:04}", f"a{n}", f"b{n}"), at_risk=AtRisk(since=NOW, sessions_lost=2))
        for n in range(2 * LISTED + 5)
    ]
    store, after, listed = MemoryStore(*cards, card("calm", "x", "y")), "", list[str]()
    while True:
        page = await read_listing(store, programme(), Scope("spring"), Kind.ALARMS, after)
        listed += [each.id for each in page.cards]
        assert page.count == len(cards)
        if not (after := page.then):
            break
    assert listed == [each.id for each in cards]


@pytest.mark.parametrize(("cards", "then"), [(200, ""), (201, "p0199")])
async def test_two_hundred_pairs_are_a_page(cards: int, then: str) -> None:
    """One more is on the next."""
    store = MemoryStore(*(card(f"p{n:04}", f"a{n}", f"b{n}") for n in range(cards)))
    page = await read_listing(store, programme(), Scope("spring"), Kind.ALL, "")
    assert (len(page.cards), page.count, page.then) == (200, cards, then)
