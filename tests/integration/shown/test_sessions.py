"""What sessions shows: a programme's calendar, a pair's series, and one session, each side by its own clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.language.matching import PairDissolved, PairFormed, Parting
from shared.language.profile import Profile
from shared.language.reasons import Reason
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.sessions import Cancellation, Outcome
from tests.integration.shown.conftest import Asking, At, Telling, keep
from tests.support.apps import person
from tests.support.seeds import MENTEE, MENTOR, TERMS, profile

pytestmark = pytest.mark.emptied

PROGRAMME, OTHER, PAIR = "programme-2", "programme-3", "pair-2"
TWO: dict[str, Any] = {"mentor_id": "mentor-2", "mentee_id": "mentee-2"}
FIRST = datetime(2126, 3, 29, 9, 0, tzinfo=UTC)
"""A Friday; clocks go forward on the Sunday after it."""


def session(number: int, days: int = 0, **more: Any) -> Session:
    starts_at = FIRST + timedelta(days=days)
    ends_at = starts_at + timedelta(minutes=30)
    times = {"starts_at": starts_at, "ends_at": ends_at, "due_at": ends_at + timedelta(days=3)}
    names = {"id": f"s{number}", "programme_id": PROGRAMME, "pair_id": PAIR, **TWO, "number": number}
    return Session(**{**names, **times, "confirm_within_days": 3, **more})


HELD = session(1, 0, state=Outcome.HELD, due_at=None)
MISSED = session(2, 7, state=Outcome.MISSED, due_at=None)
MOVED = session(3, 21)
CANCELLED = session(4, 14, state=Outcome.CANCELLED, because=Cancellation.ILL, due_at=None)
SAME_TIME = session(5, 14)
ALL = (HELD, MISSED, MOVED, CANCELLED, SAME_TIME)
FAR = replace(HELD, id="far", programme_id=OTHER, pair_id="pair-3")
OTHERS = session(1, 7, id="others", pair_id="pair-4", mentor_id="mentor-4")


def registered(identity: str, employee: str, role: str, country: str, programme: str = PROGRAMME) -> Any:
    said = {"participant_id": identity, "person_id": person(f"e-{employee}"), "programme_id": programme}
    return ParticipantRegistered(**said, profile=Profile.model_validate(profile(role, country)))


@pytest.fixture
def app(apps: dict[str, FastAPI]) -> FastAPI:
    return apps["sessions"]


@pytest.fixture(autouse=True)
async def known(app: FastAPI, tell: Telling) -> None:
    terms = TERMS.model_copy(update={"starts_on": FIRST.date(), "ends_on": FIRST.date() + timedelta(days=365)})
    await tell("sessions", *(ProgrammeOpened(programme_id=each, terms=terms) for each in (PROGRAMME, OTHER)))
    mentors = (registered(f"mentor-{n}", MENTOR if n == 2 else f"{n}", "mentor", "FR") for n in (2, 4))
    await tell("sessions", *mentors, registered("mentee-2", MENTEE, "mentee", "GB"))
    await keep(app, *ALL, FAR, OTHERS)


def shown(which: Session, **more: Any) -> dict[str, Any]:
    """As it is shown to everybody; the clocks of the two have gone forward by two days after the first."""
    ahead = timedelta(hours=0 if which.starts_at < FIRST + timedelta(days=2) else 1)
    found = {
        "session_id": which.id,
        "programme_id": PROGRAMME,
        "pair_id": which.pair_id,
        "number": which.number,
        "state": which.state.value,
        "because": which.because.value if which.because else None,
        "starts_at": _utc(which.starts_at),
        "ends_at": _utc(which.ends_at),
        "confirm_by": _utc(which.ends_at + timedelta(days=3)) if which.state is Outcome.SCHEDULED else None,
        "mentor": _side(which.mentor_id, "Europe/Paris", which, ahead + timedelta(hours=1)),
        "mentee": _side(which.mentee_id, "Europe/London", which, ahead),
    }
    return {**found, **more}


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _side(who: str, zone: str, which: Session, ahead: timedelta) -> dict[str, Any]:
    def there(moment: datetime) -> str:
        offset = f"+0{ahead.seconds // 3600}:00" if ahead else "Z"
        return (moment + ahead).strftime("%Y-%m-%dT%H:%M:%S") + offset

    return {
        "participant_id": who,
        "time_zone": zone,
        "starts_at": there(which.starts_at),
        "ends_at": there(which.ends_at),
    }


async def test_a_programmes_calendar_is_in_the_order_of_time_and_tells_each_side_its_own(ask: Asking) -> None:
    in_order = [HELD, OTHERS, MISSED, CANCELLED, SAME_TIME, MOVED]
    for who in ("manager", "everybody's manager"):
        assert await ask("sessions", f"/programmes/{PROGRAMME}/sessions", who) == [shown(each) for each in in_order]
    assert [each["session_id"] for each in await ask("sessions", f"/programmes/{OTHER}/sessions")] == ["far"]


PARTS = {
    "state=held": ["s1"],
    "state=scheduled": ["others", "s5", "s3"],
    "state=cancelled": ["s4"],
    "state=missed": ["s2"],
    "starts_from=2126-04-12T09:00:00Z": ["s4", "s5", "s3"],
    "starts_from=2126-04-12T09:00:01Z": ["s3"],
    "starts_from=2126-04-12T11:00:00%2B02:00": ["s4", "s5", "s3"],
    "starts_before=2126-04-05T09:00:00Z": ["s1"],
    "starts_before=2126-04-05T05:00:01-04:00": ["s1", "others", "s2"],
    "starts_from=2126-04-05T09:00:00Z&starts_before=2126-04-12T09:00:00Z": ["others", "s2"],
    "starts_from=2126-04-12T09:00:00Z&state=scheduled": ["s5", "s3"],
    "starts_from=2127-01-01T00:00:00Z": [],
}


async def test_a_part_of_it_is_what_was_asked_for(ask: Asking) -> None:
    async def listed(asked: str) -> list[str]:
        return [each["session_id"] for each in await ask("sessions", f"/programmes/{PROGRAMME}/sessions?{asked}")]

    assert {asked: await listed(asked) for asked in PARTS} == PARTS


async def test_a_series_is_by_number_with_what_could_not_be_planned(app: FastAPI, ask: Asking) -> None:
    short = Reason("too-few-sessions", made=5, count=6, last_day=FIRST.date())
    ids = tuple(each.id for each in ALL)
    series = Series(id=PAIR, programme_id=PROGRAMME, **TWO, session_ids=ids, shortfall=short)
    whole = replace(series, id="pair-4", mentor_id="mentor-4", session_ids=("others",), shortfall=None, ended=True)
    await keep(app, series, whole)
    for who in ("mentor", "mentee", "manager", "mentee, a manager elsewhere"):
        assert await ask("sessions", f"/pairs/{PAIR}/sessions", who) == {
            "pair_id": PAIR,
            "programme_id": PROGRAMME,
            "shortfall": "5 of 6 sessions: there is no further common free slot before 29 March 2126.",
            "ended": False,
            "sessions": [shown(each) for each in ALL],
        }
    assert await ask("sessions", "/pairs/pair-4/sessions", "mentee") == {
        "pair_id": "pair-4",
        "programme_id": PROGRAMME,
        "shortfall": "",
        "ended": True,
        "sessions": [shown(OTHERS)],
    }


async def test_one_session_is_shown_to_the_two_and_to_their_managers(ask: Asking) -> None:
    for which in ALL:
        for who in ("mentor", "mentee", "manager"):
            assert await ask("sessions", f"/sessions/{which.id}", who) == shown(which)


async def test_what_is_answered_is_what_is_shown_from_then_on(app: FastAPI, ask: Asking) -> None:
    async def told(which: Session, what: str, body: Any = None, who: str = "mentee") -> dict[str, Any]:
        answer: dict[str, Any] = await ask("sessions", f"/sessions/{which.id}/{what}", who, "POST", body)
        assert await ask("sessions", f"/sessions/{which.id}") == answer
        return answer

    later = replace(MOVED, starts_at=MOVED.starts_at - timedelta(days=1), ends_at=MOVED.ends_at - timedelta(days=1))
    app.state.store.clock = At(FIRST)
    assert await told(MOVED, "move", {"starts_at": "2126-04-18T12:00:00+03:00"}) == shown(later)
    assert await told(later, "cancel", {"because": "travelling"}, "manager") == shown(
        later, state="cancelled", because="travelling", confirm_by=None
    )
    app.state.store.clock = At(SAME_TIME.ends_at)
    assert await told(SAME_TIME, "held") == shown(SAME_TIME, state="held", confirm_by=None)
    assert await told(CANCELLED, "cancel", {"because": "other"}) == shown(CANCELLED)


TOGETHER = {"programme_id": "programme-1", "pair_id": "pair-5", "mentor_id": MENTOR, "mentee_id": MENTEE}


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=40)])
async def test_what_began_after_a_pair_had_parted_fell_away_however_late_that_is_heard(
    app: FastAPI, ask: Asking, tell: Telling, late: timedelta
) -> None:
    await tell("sessions", PairFormed(**TOGETHER, round_id=None, score=7, criteria=()))
    planned = (await ask("sessions", "/pairs/pair-5/sessions"))["sessions"]
    parted = datetime.fromisoformat(planned[2]["starts_at"]) - timedelta(minutes=1)
    app.state.store.clock = At(parted + late)
    await tell("sessions", PairDissolved(**TOGETHER, because=Parting.OWN_WISH), at=parted)
    found = await ask("sessions", "/pairs/pair-5/sessions")
    states = [(each["state"], each["because"]) for each in found["sessions"]]
    assert states == [("scheduled", None)] * 2 + [("cancelled", "pair-ended")] * (len(planned) - 2)
    assert found["ended"]
