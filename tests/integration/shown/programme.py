"""A programme of two countries as registration hears of it, on a Monday in its fifth week."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.domain.aggregate import Aggregate
from shared.language.feedback import FeedbackSubmitted, PairAtRisk, PairRecovered, Risk
from shared.language.matching import (
    MatchingRoundCompleted,
    PairCompleted,
    PairDissolved,
    PairFormed,
    PairRechecked,
    Parting,
)
from shared.language.profile import Profile
from shared.language.registration import ParticipantTrained, ProgrammeOpened, RegistrationClosed
from shared.language.sessions import Cancellation, SessionCancelled, SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event
from shared.language.terms import Role
from tests.integration.shown.conftest import FIRST
from tests.support.apps import person
from tests.support.seeds import TERMS, profile

PROGRAMME, OTHER = "programme-2", "programme-3"
NOW = FIRST
THERE = TERMS.model_copy(update={"title": "Spring", "starts_on": date(2026, 2, 2), "ends_on": date(2026, 7, 31)})
ALL_THERE_IS = Programme(id=PROGRAMME, terms=THERE, state=Stage.CLOSED)

IN_FRANCE = ("Ann", "Eve", "Fay", "Hal", "Ida", "Leo", "Noa")
IN_BRITAIN = ("Bob", "Cyd", "Dan", "Gus", "Jon", "Kim", "Max", "Mia")
MENTORS = ("Ann", "Cyd", "Eve", "Gus", "Ida", "Kim", "Max")
STANDINGS = dict.fromkeys(("Kim", "Leo", "Mia"), Standing.APPLIED) | {"Eve": Standing.WITHDRAWN}
COUPLES = {
    "p1": ("Ann", "Bob"),
    "p2": ("Cyd", "Dan"),
    "p3": ("Gus", "Hal"),
    "p4": ("Eve", "Fay"),
    "p5": ("Ida", "Jon"),
    "p6": ("Max", "Noa"),
}


def people() -> Iterator[Aggregate]:
    """Everybody who takes part, and Ann in another programme too."""
    for name in (*IN_FRANCE, *IN_BRITAIN):
        whom = person(f"e-{name}")
        role = "mentor" if name in MENTORS else "mentee"
        here = Profile.model_validate(profile(role, "FR" if name in IN_FRANCE else "GB"))
        part = Participant(id=name, programme_id=PROGRAMME, person_id=whom, profile=here)
        yield Person(id=whom, name=name, email="somebody@company.example")
        yield _standing(part, STANDINGS.get(name, Standing.TRAINED))
        if name == "Ann":
            yield Participant(id="ann-too", programme_id=OTHER, person_id=whom, profile=here)


def _standing(part: Participant, standing: Standing) -> Participant:
    return Participant(**{**vars(part), "state": standing})


def _two(pair: str) -> dict[str, Any]:
    mentor, mentee = COUPLES.get(pair, ("ann-too", "else"))
    return {**_of(pair), "mentor_id": mentor, "mentee_id": mentee}


def _of(pair: str) -> dict[str, Any]:
    return {"programme_id": PROGRAMME if pair in COUPLES else OTHER, "pair_id": pair}


def _formed(pair: str) -> Event:
    return PairFormed(**_two(pair), round_id="r", score=1, criteria=())


def _session(kind: type[Event], pair: str, number: int, days: float, **more: Any) -> Event:
    starts_at = NOW + timedelta(days=days)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    return kind.model_validate({**_two(pair), "session_id": f"{pair}-{number}", "number": number, **times, **more})


def _booked(pair: str, number: int, days: float) -> Event:
    return _session(SessionScheduled, pair, number, days)


def _held(pair: str, number: int, days: float) -> Event:
    return _session(SessionHeld, pair, number, days, confirmed_by=Role.MENTOR)


def _missed(pair: str, number: int, days: float) -> Event:
    return _session(SessionMissed, pair, number, days)


def _at_risk(pair: str) -> Event:
    return PairAtRisk(**_of(pair), because=Risk.SESSIONS_LOST, sessions_lost=2)


def _broken(pair: str, *rules: str) -> Event:
    return PairRechecked(**_two(pair), broken=rules)


def _answered(pair: str, side: Role) -> Event:
    return FeedbackSubmitted(**_of(pair), pulse_id=f"{pair}.{side}", session_id=f"{pair}-1", role=side)


NO_TIME: dict[str, Any] = {"by": Role.MENTEE, "because": Cancellation.NO_TIME}
ROUND = {"programme_id": PROGRAMME, "round_id": "r", "pairs": 6, "people": 12, "most_possible": 12, "gap": 0}
STORY: dict[int, tuple[Event, ...]] = {
    -28: (ProgrammeOpened(programme_id=PROGRAMME, terms=THERE),),
    -20: (RegistrationClosed(programme_id=PROGRAMME),),
    -15: (
        *map(_formed, (*COUPLES, "far")),
        MatchingRoundCompleted.model_validate(ROUND | {"total_score": 6, "minimum_score": 1, "unmatched": {}}),
    ),
    -14: (_booked("p1", 2, 2.25), _booked("p1", 3, 30), _booked("p5", 1, 1), _booked("p2", 3, 1.0625)),
    -13: (_booked("p4", 2, 0.5), _booked("far", 1, 0.25), _at_risk("far"), _broken("far", "language")),
    -12: (_at_risk("p1"), _at_risk("p4"), _held("p4", 1, -12), _broken("p4", "language")),
    -11: (PairDissolved(**_two("p4"), because=Parting.OWN_WISH), _missed("p6", 1, -14)),
    -10: (_held("p1", 1, -10), PairRecovered(**_of("p1")), _held("p3", 1, -10), _missed("p2", 1, -12.5)),
    -9: (PairCompleted(**_two("p3")), _missed("p6", 2, -13)),
    -8: (_broken("p5", "language", "grade-gap"), _broken("p1"), _at_risk("p6")),
    -6: (_session(SessionCancelled, "p2", 2, -5, **NO_TIME), _at_risk("p2")),
    -3: (_answered("p1", Role.MENTOR), _answered("p1", Role.MENTEE), _missed("p6", 3, -6)),
    -1: (ParticipantTrained(programme_id=PROGRAMME, participant_id="Bob"),),
}
"""Days from now → what happened then, a minute apart."""


def told() -> Iterator[tuple[int, int, Event]]:
    """Days, minutes and event: each subject's in their order, and of subjects the last one first."""
    by_subject: dict[tuple[str, str], list[tuple[int, int, Event]]] = {}
    for days, events in STORY.items():
        for minutes, event in enumerate(events):
            by_subject.setdefault((event.stream, event.subject), []).append((days, minutes, event))
    for happened in reversed(by_subject.values()):
        yield from happened
