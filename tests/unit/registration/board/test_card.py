"""The live page's memory: whatever order the streams come in, the page shows the same."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.board.card import AtRisk, PairCard
from services.registration.board.feed import KEPT, Feed
from services.registration.handlers import HAPPENINGS
from services.registration.pages.board.sentences import HAPPENED
from shared.language import registration
from shared.language.feedback import PairAtRisk, PairRecovered, Risk
from shared.language.matching import (
    MatchingRequested,
    MatchingRoundCompleted,
    PairCompleted,
    PairDissolved,
    PairFormed,
    PairRechecked,
    PairState,
    Parting,
)
from shared.language.registration import ParticipantIdentified
from shared.language.sessions import (
    Cancellation,
    Outcome,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
)
from shared.language.streams import said_by
from shared.language.terms import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAIR = {"programme_id": "p1", "pair_id": "pair-1", "mentor_id": "junior", "mentee_id": "senior"}
OF_PAIR = {"programme_id": "p1", "pair_id": "pair-1"}
Told = tuple[Any, datetime]


def session(kind: type[Any], number: int, starts_at: datetime = NOW, **more: Any) -> Any:
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    return kind(**PAIR, session_id=f"session-{number}", number=number, **times, **more)


def cancelled(number: int, because: Cancellation = Cancellation.NO_TIME, starts_at: datetime = NOW) -> Any:
    by = None if because is Cancellation.PAIR_ENDED else Role.MENTEE
    return session(SessionCancelled, number, starts_at, by=by, because=because)


def formed() -> PairFormed:
    return PairFormed(**PAIR, round_id="r1", score=7, criteria=())


def at_risk(lost: int = 2) -> PairAtRisk:
    return PairAtRisk(**OF_PAIR, because=Risk.SESSIONS_LOST, sessions_lost=lost)


def told(card: PairCard | None, event: Any, now: datetime = NOW) -> PairCard:
    card = card or PairCard.of_event(event)
    if isinstance(event, PairFormed | PairRechecked | PairDissolved | PairCompleted):
        return card.paired(event)
    if isinstance(event, PairAtRisk | PairRecovered):
        return card.momentum(event, now)
    return card.meeting(event)


def card_after(*events: Any) -> PairCard:
    card = None
    for event in events:
        card = told(card, event)
    assert card
    return card


def life_of(number: int) -> st.SearchStrategy[list[Any]]:
    """What can happen to one session, in its order."""
    moved = NOW + timedelta(days=number, hours=3)
    ends: Sequence[Callable[[], Any] | None] = (
        None,
        lambda: session(SessionHeld, number, moved, confirmed_by=Role.MENTOR),
        lambda: session(SessionMissed, number, moved),
        lambda: cancelled(number, Cancellation.ILL, moved),
        lambda: cancelled(number, Cancellation.PAIR_ENDED, moved),
    )
    return st.sampled_from(ends).map(
        lambda end: [
            session(SessionScheduled, number, NOW + timedelta(days=number)),
            session(SessionRescheduled, number, moved, moved_from=NOW),
            *([end()] if end else []),
        ]
    )


CHECKS: st.SearchStrategy[list[Any]] = st.lists(
    st.sampled_from([PairRechecked(**PAIR, broken=("language",)), PairRechecked(**PAIR, broken=())]), max_size=3
)
ENDS: st.SearchStrategy[list[Any]] = st.sampled_from(
    [[], [PairCompleted(**PAIR)], [PairDissolved(**PAIR, because=Parting.OWN_WISH)]],
)
MOMENTUM: st.SearchStrategy[list[Any]] = st.sampled_from(
    [[], [at_risk()], [at_risk(), PairRecovered(**OF_PAIR)], [at_risk(), at_risk(3)]],
)


@st.composite
def two_interleavings(draw: st.DrawFn) -> tuple[list[Told], list[Told]]:
    """The same streams, merged in two ways; order is kept within a stream's subject, as the bus keeps it."""
    subjects = [draw(life_of(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    subjects += [[formed(), *draw(CHECKS), *draw(ENDS)], draw(MOMENTUM)]
    timed = [[(event, NOW + timedelta(minutes=nth)) for nth, event in enumerate(events)] for events in subjects]
    turns = [which for which, events in enumerate(timed) for _ in events]
    first, second = draw(st.permutations(turns)), draw(st.permutations(turns))
    return _merged(timed, first), _merged(timed, second)


def _merged(timed: Sequence[Sequence[Told]], turns: Sequence[int]) -> list[Told]:
    left = [iter(events) for events in timed]
    return [next(left[which]) for which in turns]


@given(two_interleavings())
def test_every_interleaving_of_the_streams_gives_the_same_card(both: tuple[list[Told], list[Told]]) -> None:
    cards: list[PairCard | None] = [None, None]
    for which, events in enumerate(both):
        for event, now in events:
            cards[which] = told(cards[which], event, now)
    assert cards[0] == cards[1]
    assert cards[0] is not None
    assert cards[0].held == sum(isinstance(event, SessionHeld) for event, _ in both[0])


def test_a_pair_begins_with_whatever_is_heard_first() -> None:
    assert card_after(at_risk()).at_risk == AtRisk(since=NOW, sessions_lost=2)
    assert card_after(session(SessionScheduled, 1)).mentor_id == "junior"
    assert card_after(at_risk(), formed()).mentee_id == "senior"


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (PairCompleted(**PAIR), PairState.COMPLETED),
        (PairDissolved(**PAIR, because=Parting.MANAGER), PairState.DISSOLVED),
    ],
)
def test_an_ended_pair_stays_ended(event: Any, state: PairState) -> None:
    assert card_after(event, session(SessionScheduled, 1)).state is state


def test_outcomes_are_kept_by_session() -> None:
    card = card_after(
        session(SessionScheduled, 2),
        session(SessionHeld, 1, confirmed_by=Role.MENTEE),
        session(SessionMissed, 2),
        cancelled(3),
    )
    assert [each.outcome for each in card.meetings] == [Outcome.HELD, Outcome.MISSED, Outcome.CANCELLED]


def test_a_session_called_off_because_the_pair_ended_is_not_shown_as_lost() -> None:
    card = card_after(session(SessionScheduled, 1), cancelled(1, Cancellation.PAIR_ENDED))
    assert card.meetings == ()
    assert [each.session_id for each in card.fallen] == ["session-1"], "calendars are told"


def test_the_next_meeting_is_the_earliest_that_is_still_to_come() -> None:
    card = card_after(
        session(SessionScheduled, 1, NOW - timedelta(days=1)),
        session(SessionScheduled, 3, NOW + timedelta(days=9)),
        session(SessionScheduled, 2, NOW + timedelta(days=12)),
        cancelled(4, starts_at=NOW + timedelta(days=2)),
    )
    upcoming = card.next_meeting(NOW)
    assert upcoming is not None
    assert upcoming.number == 3
    assert card.next_meeting(NOW + timedelta(days=13)) is None


def test_recovery_ends_the_alarm() -> None:
    assert card_after(at_risk(), PairRecovered(**OF_PAIR)).at_risk is None


def test_the_latest_check_of_the_rules_counts() -> None:
    broken = PairRechecked(**PAIR, broken=("language", "same-unit"))
    assert card_after(formed(), broken).broken == ("language", "same-unit")
    assert card_after(formed(), broken, PairRechecked(**PAIR, broken=())).broken == ()


def test_a_declined_pair_has_parted() -> None:
    declined = PairDissolved(**PAIR, because=Parting.DECLINED)
    assert card_after(formed(), declined).state is PairState.DISSOLVED


def test_a_feed_keeps_the_newest_and_forgets_the_oldest() -> None:
    feed = Feed.of_event(formed())
    for minute in range(KEPT + 2):
        then = NOW + timedelta(minutes=minute)
        feed = feed.telling(session(SessionScheduled, minute + 1), then, then)
    assert [each.number for each in feed.happenings] == list(range(KEPT + 2, 2, -1))
    assert feed.latest_at == NOW + timedelta(minutes=KEPT + 1)


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(days=1)])
def test_what_is_heard_late_stands_where_it_happened(late: timedelta) -> None:
    feed = Feed.of_event(formed()).telling(session(SessionScheduled, 2), NOW, NOW)
    told = feed.telling(session(SessionMissed, 1), NOW - late, NOW + timedelta(minutes=1))
    assert [(each.number, each.at) for each in told.happenings] == [(2, NOW), (1, NOW - late)]
    assert (told.latest_at, told.heard_at) == (NOW, NOW + timedelta(minutes=1))


def test_a_feed_belongs_to_what_orders_the_event() -> None:
    figures = {"pairs": 11, "people": 22, "most_possible": 22, "total_score": 90, "minimum_score": 7, "gap": 0}
    round_done = MatchingRoundCompleted(programme_id="p1", round_id="r1", unmatched={}, **figures)
    assert Feed.of_event(round_done).id == "p1"
    assert Feed.of_event(round_done).telling(round_done, NOW, NOW).happenings[0].number == 11
    assert Feed.of_event(session(SessionScheduled, 1)).id == "pair-1"


def test_registration_has_words_for_all_it_says_itself_and_for_nothing_that_never_happens() -> None:
    assert {kind.__name__ for kind in said_by(registration)} - {"ParticipantIdentified"} <= set(HAPPENED)
    assert set(HAPPENED) <= {kind.__name__ for kind in HAPPENINGS}
    assert MatchingRequested not in HAPPENINGS
    assert ParticipantIdentified not in HAPPENINGS
