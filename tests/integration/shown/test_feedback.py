"""What feedback shows of pairs and of a programme: facts of the calendar, counted by the database."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.feedback.pulse.pulse import Answer, Pulse
from shared.language.feedback import PairCounts, ProgrammeCounted, SessionCounts
from shared.language.matching import PairCompleted, PairDissolved, PairFormed, Parting
from shared.language.registration import ProgrammeOpened
from shared.language.sessions import Cancellation, SessionCancelled, SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event
from shared.language.terms import Role
from tests.integration.shown.conftest import FIRST, Asking, Telling, keep
from tests.support.seeds import TERMS

pytestmark = pytest.mark.emptied

PROGRAMME, OTHER = "programme-2", "programme-3"
HELD = {"confirmed_by": Role.MENTOR}
NO_TIME: dict[str, Any] = {"by": Role.MENTEE, "because": Cancellation.NO_TIME}
FELL_AWAY: dict[str, Any] = {"by": None, "because": Cancellation.PAIR_ENDED}


def two(pair: str, programme: str = PROGRAMME) -> dict[str, str]:
    return {"programme_id": programme, "pair_id": pair, "mentor_id": f"{pair}-a", "mentee_id": f"{pair}-b"}


def formed(pair: str, programme: str = PROGRAMME) -> PairFormed:
    return PairFormed(**two(pair, programme), round_id="r", score=1, criteria=())


def start(number: int) -> datetime:
    return FIRST + timedelta(days=28 * number)


def session(kind: type[Event], pair: str, number: int, programme: str = PROGRAMME, **more: Any) -> Event:
    times = {"starts_at": start(number), "ends_at": start(number) + timedelta(minutes=30)}
    names = {"session_id": f"{pair}-{number}", "number": number + 1}
    return kind.model_validate({**two(pair, programme), **names, **times, **more})


def lost(pair: str, number: int, outcome: str = "missed") -> dict[str, Any]:
    said = {"session_id": f"{pair}-{number}", "number": number + 1, "starts_at": shown(number)}
    return {**said, "outcome": outcome, "lost": True}


def shown(number: int) -> str:
    return start(number).strftime("%Y-%m-%dT%H:%M:%SZ")


STORY: list[Event] = [
    *(formed(pair) for pair in ("late", "worse", "calm", "over", "back", "done")),
    session(SessionHeld, "late", 0, **HELD),
    session(SessionMissed, "late", 1),
    session(SessionCancelled, "late", 2, **NO_TIME),
    session(SessionScheduled, "late", 3),
    session(SessionScheduled, "late", 4),
    *(session(SessionMissed, "worse", number) for number in (1, 2, 3)),
    session(SessionHeld, "calm", 0, **HELD),
    session(SessionMissed, "calm", 1),
    *(session(SessionMissed, "over", number) for number in (0, 1)),
    session(SessionCancelled, "over", 2, **FELL_AWAY),
    PairDissolved(**two("over"), because=Parting.OWN_WISH),
    *(session(SessionMissed, "back", number) for number in (0, 1)),
    session(SessionHeld, "back", 2, **HELD),
    PairCompleted(**two("done")),
]
ELSEWHERE: list[Event] = [formed("far", OTHER), *(session(SessionMissed, "far", n, OTHER) for n in range(4))]


@pytest.fixture(autouse=True)
async def story(tell: Telling) -> None:
    await tell("feedback", *(ProgrammeOpened(programme_id=each, terms=TERMS) for each in (PROGRAMME, OTHER)))
    await tell("feedback", *STORY, *ELSEWHERE)


async def test_the_pairs_that_need_somebody_come_with_what_they_lost(ask: Asking) -> None:
    assert await ask("feedback", f"/programmes/{PROGRAMME}/alarms") == [
        {
            "pair_id": "worse",
            "mentor_id": "worse-a",
            "mentee_id": "worse-b",
            "since": shown(1),
            "lost": [lost("worse", 1), lost("worse", 2), lost("worse", 3)],
            "last_met": None,
            "next_session": None,
        },
        {
            "pair_id": "late",
            "mentor_id": "late-a",
            "mentee_id": "late-b",
            "since": shown(1),
            "lost": [lost("late", 1), lost("late", 2, "cancelled")],
            "last_met": shown(0),
            "next_session": shown(3),
        },
    ]


NOTHING = {"scheduled": 0, "held": 0, "cancelled": 0, "missed": 0}
MOMENTUM: dict[str, dict[str, Any]] = {
    "late": {
        "state": "active",
        "at_risk": True,
        "in_a_row": 2,
        "since": shown(1),
        "sessions": {"scheduled": 2, "held": 1, "cancelled": 1, "missed": 1},
        "last_outcome": "cancelled",
        "last_met": shown(0),
        "next_session": shown(3),
    },
    "back": {
        "state": "active",
        "at_risk": False,
        "in_a_row": 0,
        "since": None,
        "sessions": {**NOTHING, "held": 1, "missed": 2},
        "last_outcome": "held",
        "last_met": shown(2),
        "next_session": None,
    },
    "over": {
        "state": "dissolved",
        "at_risk": True,
        "in_a_row": 2,
        "since": shown(0),
        "sessions": {**NOTHING, "cancelled": 1, "missed": 2},
        "last_outcome": "cancelled",
        "last_met": None,
        "next_session": None,
    },
    "done": {
        "state": "completed",
        "at_risk": False,
        "in_a_row": 0,
        "since": None,
        "sessions": NOTHING,
        "last_outcome": None,
        "last_met": None,
        "next_session": None,
    },
}


@pytest.mark.parametrize("pair", MOMENTUM)
async def test_a_pairs_momentum_is_what_its_calendar_says(ask: Asking, pair: str) -> None:
    found = await ask("feedback", f"/pairs/{pair}/momentum")
    assert found == {"pair_id": pair, "programme_id": PROGRAMME, **MOMENTUM[pair]}


async def test_a_programme_is_counted(ask: Asking) -> None:
    assert await ask("feedback", f"/programmes/{PROGRAMME}/summary") == {
        "programme_id": PROGRAMME,
        "pairs": {"active": 4, "dissolved": 1, "completed": 1},
        "sessions": {"scheduled": 2, "held": 3, "cancelled": 2, "missed": 9},
        "at_risk": 2,
        "recovered": 1,
        "saved": 1,
        "pulses": {"answered": 0, "possible": 6, "people": 0, "feeling": "too few", "useful": "too few"},
    }


def counted(region: str, programme: str, **more: Any) -> ProgrammeCounted:
    names = {"count_id": f"{region}.{programme}", "region": region, "programme_id": programme}
    return ProgrammeCounted(**names, **more)


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=1), timedelta(days=1)])
async def test_the_group_adds_up_its_regions_and_tells_when_each_counted(
    ask: Asking, tell: Telling, late: timedelta
) -> None:
    eu = {"pairs": PairCounts(active=3, dissolved=1), "sessions": SessionCounts(held=5), "feeling": 4.5, "useful": 3.9}
    us = {"pairs": PairCounts(active=10, completed=2), "sessions": SessionCounts(held=1, missed=4)}
    of_eu = counted("eu-west", "p1", **eu, at_risk=1, recovered=2, answered=7)
    of_us = counted("us-east", "p1", **us, at_risk=2, recovered=0, answered=0)
    await tell("feedback", of_eu, of_us, at=FIRST - late)
    group = await ask("feedback", "/group", "everybody's manager")

    assert group["total"] == {
        "programmes": 2,
        "pairs": {"active": 13, "dissolved": 1, "completed": 2},
        "sessions": {"scheduled": 0, "held": 6, "cancelled": 0, "missed": 4},
        "at_risk": 3,
        "recovered": 2,
        "answered": 7,
    }
    shown_of_us = of_us.model_dump(mode="json", exclude={"count_id"})
    when = (FIRST - late).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert group["programmes"][1] == {**shown_of_us, "counted_at": when}
    assert (group["programmes"][0]["feeling"], group["programmes"][0]["useful"]) == (4.5, 3.9)


async def test_who_answered_a_pulse_is_thanked_with_its_name_and_not_with_what_they_said(ask: Asking) -> None:
    body = {"feeling": 4, "useful": 5, "comment": "quite something"}
    thanks = await ask("feedback", "/sessions/session-held/pulse", "mentee", "POST", body)
    assert thanks == {
        "pulse_id": "session-held.mentee",
        "pair_id": "pair-1",
        "session_id": "session-held",
        "role": "mentee",
    }
    pulses = (await ask("feedback", "/programmes/programme-1/summary"))["pulses"]
    assert (pulses["answered"], pulses["people"], pulses["feeling"]) == (1, 1, "too few")


def pulse(session: int, who: int, feeling: int, useful: int, programme: str = PROGRAMME) -> Pulse:
    answer = Answer(feeling=feeling, useful=useful)
    of: dict[str, Any] = {"programme_id": programme, "pair_id": f"pair-{who}", "session_id": f"s{session}"}
    return Pulse(id=f"{programme}-{session}-{who}", **of, participant_id=f"p{who}", role=Role.MENTEE, answer=answer)


async def test_of_ratings_is_shown_what_is_published_until_enough_further_people_have_answered(
    apps: dict[str, FastAPI], ask: Asking
) -> None:
    async def published() -> tuple[Any, ...]:
        found = (await ask("feedback", f"/programmes/{PROGRAMME}/summary"))["pulses"]
        return tuple(found[name] for name in ("answered", "people", "feeling", "useful"))

    app = apps["feedback"]
    elsewhere = [pulse(1, who, 1, 2, OTHER) for who in range(9)]
    await keep(app, *elsewhere, *(pulse(1, who, 4, 2) for who in range(3)), pulse(2, 0, 5, 3))
    assert await published() == (4, 3, "too few", "too few")
    await keep(app, pulse(1, 3, 3, 5), pulse(1, 4, 3, 5))
    first = (6, 5, 3.8, 3.2)
    assert await published() == first
    await keep(app, *(pulse(3, who, 1, who % 2 + 1) for who in range(1, 5)))
    assert await published() == first
    await keep(app, pulse(3, 5, 5, 1))
    assert await published() == (11, 6, 2.9, 2.4)
