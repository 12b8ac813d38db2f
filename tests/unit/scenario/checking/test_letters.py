"""A small world in which everybody was written to as they should; then one letter at a time is wrong and is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from deploy.local.scenario.checking.evidence import Evidence, Said
from deploy.local.scenario.checking.letters import (
    MOST,
    NOT_OWED,
    every_fact_is_told,
    every_letter_has_a_fact,
    nobody_told_too_often,
    nobody_told_what_is_over,
)
from services.registration.notices.asking import Post, Two, of_alarm, of_pair, of_participant, of_session
from services.registration.notices.kinds import RULES
from services.registration.notices.timing import MOST_A_WEEK
from shared.language import feedback, matching, registration, sessions
from shared.language.streams import Event
from shared.store.documents import to_document
from tests.support.letters import MONDAY, PAIR, junior, session

CHECKS = (every_letter_has_a_fact, every_fact_is_told, nobody_told_what_is_over, nobody_told_too_often)
FIRST = MONDAY + timedelta(days=3)
LATER = FIRST + timedelta(days=40, hours=1)
TWO = Two("junior", "senior")
PULSE = {"programme_id": "spring", "pair_id": "pair", "session_id": "session-1", "pulse_id": "p", "role": "mentor"}


def said(event: Event, at: datetime) -> Said:
    told = {"ce_type": event.type, "ce_time": at.isoformat(), "ce_id": f"{event.type} {event.subject} {at}"}
    headers = tuple((name, text.encode()) for name, text in told.items())
    return Said(event.stream.value, b"", event.model_dump_json().encode(), headers)


def registered() -> Event:
    who = {"programme_id": "spring", "participant_id": "junior"}
    return registration.ParticipantRegistered(**who, person_id="person-junior", profile=junior()[0].profile)


def happened() -> list[tuple[Event, datetime, Post]]:
    """What was said, when, and what the product makes of it."""
    joined, formed = registered(), matching.PairFormed(**PAIR, round_id="r", score=1, criteria=())
    planned = session(sessions.SessionScheduled, FIRST)
    moved = session(sessions.SessionRescheduled, FIRST + timedelta(hours=2), moved_from=FIRST)
    held = session(sessions.SessionHeld, FIRST + timedelta(hours=2), confirmed_by="mentor")
    risk = feedback.PairAtRisk(programme_id="spring", pair_id="pair", because="sessions-lost", sessions_lost=2)
    over, hour = matching.PairCompleted(**PAIR), timedelta(hours=1)
    later = FIRST + timedelta(days=40)
    return [
        (joined, MONDAY, of_participant(joined, MONDAY)),  # type: ignore[arg-type]
        (formed, MONDAY + hour, of_pair(formed, MONDAY + hour)),
        (planned, MONDAY + 2 * hour, of_session(planned, MONDAY + 2 * hour)),
        (moved, MONDAY + 3 * hour, of_session(moved, MONDAY + 3 * hour)),
        (held, FIRST + 3 * hour, of_session(held, FIRST + 3 * hour)),
        (risk, later, of_alarm(risk, TWO, later)),
        (over, later + 9 * hour, of_pair(over, later + 9 * hour)),
    ]


def sound() -> Evidence:
    """Every letter goes when it was to go, unless it was overtaken by then."""
    facts = happened()
    overtaken = {identity: at for _, at, post in reversed(facts) for identity in post.overtakes}
    letters = {}
    for _, _, post in facts:
        for letter in post.asks:
            at = letter.to_go_at
            in_time = overtaken.get(letter.id, LATER) <= at
            ended = letter.overtaken(at) if in_time else letter.in_hand(at).sent(at)
            letters[letter.id] = to_document(ended)
    return Evidence(
        records=[said(event, at) for event, at, _ in facts],
        pairs=[{"_id": "pair", "mentor_id": "junior", "mentee_id": "senior"}],
        participants=[{"_id": who, "person_id": f"person-{who}"} for who in ("junior", "senior")],
        letters=list(letters.values()),
    )


def one(evidence: Evidence, kind: str) -> dict[str, Any]:
    return dict(next(each for each in evidence.letters or () if each["kind"] == kind))


def instead(evidence: Evidence, kind: str, **changed: Any) -> Evidence:
    """The first letter of that kind is otherwise."""
    found = one(evidence, kind)
    others = [each for each in evidence.letters or () if each["_id"] != found["_id"]]
    return replace(evidence, letters=[*others, found | changed])


def beside(evidence: Evidence, *letters: dict[str, Any]) -> Evidence:
    return replace(evidence, letters=[*(evidence.letters or ()), *letters])


def without(evidence: Evidence, kind: str) -> Evidence:
    return replace(evidence, letters=[each for each in evidence.letters or () if each["kind"] != kind])


def hearing(evidence: Evidence, event: Event, at: datetime) -> Evidence:
    return replace(evidence, records=[*evidence.records, said(event, at)])


def sent_at(at: datetime) -> dict[str, Any]:
    return {"fate": "sent", "because": None, "tried_at": at.isoformat()}


def often(evidence: Evidence, days: int) -> Evidence:
    """A third letter, so many days after the first."""
    pulse, first = one(evidence, "how-was-it"), FIRST + timedelta(days=1)
    told = [pulse | {"_id": str(nth)} | sent_at(first + timedelta(days=nth * days / 2)) for nth in range(3)]
    return replace(evidence, letters=told)


GONE = {"programme_id": "spring", "participant_id": "junior"}
WITHDRAWN = registration.ParticipantWithdrawn(**GONE, because="own-wish")
ANSWERED = feedback.FeedbackSubmitted(**PULSE)
RECOVERED = feedback.PairRecovered(programme_id="spring", pair_id="pair")
PARTED = matching.PairDissolved(**PAIR, because="own-wish")
CANCELLED = session(sessions.SessionCancelled, FIRST + timedelta(hours=2), by="mentor", because="ill")
SOON = MONDAY + timedelta(minutes=1)

NEVER_HERE = ("erasure-done", "week-in-figures", "pairs-need-help")
"""Of these a scenario has none that has to be: programmes there have no contacts."""
ERASED = registration.ParticipantErased(**GONE, erasure_id="erasure")
Break = Callable[[Evidence], Evidence]
BROKEN: dict[str, tuple[Any, Break]] = {
    "about no pair": (every_letter_has_a_fact, lambda e: instead(e, "paired", subject="another")),
    "to a stranger": (every_letter_has_a_fact, lambda e: instead(e, "paired", participant_id="stranger")),
    "of another time": (
        every_letter_has_a_fact,
        lambda e: instead(e, "session-moved", facts={"starts_at": str(FIRST)}),
    ),
    "of another day": (every_letter_has_a_fact, lambda e: instead(e, "sessions-planned", asked_at=str(LATER))),
    "nobody was erased": (
        every_letter_has_a_fact,
        lambda e: beside(e, one(e, "paired") | {"_id": "last", "kind": "erasure-done", "subject": "erasure"}),
    ),
    "twice": (every_letter_has_a_fact, lambda e: beside(e, one(e, "paired") | {"_id": "paired:again"})),
    "never fell out": (every_letter_has_a_fact, lambda e: beside(e, one(e, "paired") | {"kind": "partner-left"})),
    **{
        f"no {kind}": (every_fact_is_told, partial(without, kind=kind))
        for kind in (*RULES,)
        if kind not in ("partner-left", "session-cancelled", *NEVER_HERE)
    },
    "no word of the end": (every_fact_is_told, lambda e: hearing(e, PARTED, LATER)),
    "no word of the cancelling": (every_fact_is_told, lambda e: hearing(e, CANCELLED, LATER)),
    "spared for nothing": (every_fact_is_told, lambda e: instead(e, "paired", fate="spared")),
    "left, and welcomed": (
        nobody_told_what_is_over,
        lambda e: instead(hearing(e, WITHDRAWN, SOON), "application-received", **sent_at(FIRST)),
    ),
    "left, and to be trained": (nobody_told_what_is_over, lambda e: hearing(e, WITHDRAWN, SOON)),
    "parted, and paired": (
        nobody_told_what_is_over,
        lambda e: instead(hearing(e, PARTED, MONDAY + timedelta(hours=2)), "paired", **sent_at(FIRST)),
    ),
    "reminded of the old time": (nobody_told_what_is_over, lambda e: instead(e, "tomorrow-you-meet", **sent_at(FIRST))),
    "reminded of what is cancelled": (
        nobody_told_what_is_over,
        lambda e: hearing(e, CANCELLED, FIRST - timedelta(days=2)),
    ),
    "asked though it was said": (
        nobody_told_what_is_over,
        lambda e: instead(e, "did-it-take-place", **sent_at(FIRST + timedelta(hours=4))),
    ),
    "asked though they answered": (
        nobody_told_what_is_over,
        lambda e: instead(
            hearing(e, ANSWERED, FIRST + timedelta(hours=4)), "how-was-it", **sent_at(FIRST + timedelta(hours=5))
        ),
    ),
    "an alarm that is over": (
        nobody_told_what_is_over,
        lambda e: instead(hearing(e, RECOVERED, LATER), "losing-momentum", **sent_at(LATER + timedelta(hours=1))),
    ),
    "three in six days": (nobody_told_too_often, lambda e: often(e, 6)),
}


def test_nothing_is_wrong_where_everybody_was_written_to_as_they_should() -> None:
    assert {check.__name__: list(check(sound())) for check in CHECKS} == {check.__name__: [] for check in CHECKS}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(what: str) -> None:
    check, broken = BROKEN[what]
    assert list(check(broken(sound())))


@pytest.mark.parametrize(
    ("check", "harmless"),
    [
        (every_fact_is_told, lambda e: replace(e, letters=None)),
        (every_letter_has_a_fact, lambda e: replace(e, letters=None)),
        (every_fact_is_told, lambda e: instead(e, "paired", fate="spared", because="too-late")),
        (
            every_letter_has_a_fact,
            lambda e: beside(
                hearing(e, ERASED, FIRST),
                one(e, "paired") | {"_id": "last", "kind": "erasure-done", "subject": "erasure"},
            ),
        ),
        (every_fact_is_told, lambda e: instead(e, "paired", fate="waiting")),
        (
            every_fact_is_told,
            lambda e: replace(
                hearing(e, registration.ParticipantErased(**GONE), FIRST),
                letters=[each for each in e.letters or () if each["participant_id"] != "junior"],
            ),
        ),
        (nobody_told_what_is_over, lambda e: hearing(e, PARTED, LATER)),
        (
            nobody_told_what_is_over,
            lambda e: instead(
                hearing(e, feedback.FeedbackSubmitted(**PULSE | {"role": "mentee"}), FIRST + timedelta(hours=4)),
                "how-was-it",
                **sent_at(FIRST + timedelta(hours=5)),
            ),
        ),
        (nobody_told_too_often, lambda e: often(e, 7)),
    ],
    ids=[
        "no server",
        "none",
        "spared",
        "erased, and told so",
        "waits",
        "erased",
        "told before",
        "the partner answered",
        "three in seven days",
    ],
)
def test_what_is_harmless_is_left_alone(check: Any, harmless: Break) -> None:
    assert list(check(harmless(sound()))) == []


def test_the_limit_is_the_products_own() -> None:
    assert {kind.value for kind, rule in RULES.items() if not rule.owed} == NOT_OWED
    assert MOST == MOST_A_WEEK
