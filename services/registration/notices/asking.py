"""Which letters a fact asks for, and which it overtakes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Facts, Letter, letter_id
from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from shared.language.feedback import FeedbackSubmitted, PairAtRisk
from shared.language.matching import PairCompleted, PairDissolved, PairFormed
from shared.language.registration import ParticipantRegistered, ParticipantTrained, ParticipantWithdrawn
from shared.language.sessions import (
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionRescheduled,
    SessionScheduled,
    fell_away,
)
from shared.language.terms import Role
from shared.privacy.erasing import forgotten, receipts

TRAINING_WAITS = timedelta(days=3)
"""After which somebody who is not trained is reminded."""
GATHERED = timedelta(minutes=2)
"""After which a whole series is planned, which is told in one letter."""
SETTLES = timedelta(seconds=10)
"""For which a letter waits at least: of what happened meanwhile, the last is to be heard before anybody is told."""
BEFORE = timedelta(days=1)
"""A reminder of a session that is planned that long beforehand, or longer."""
AFTERWARDS = timedelta(minutes=30)
"""After its end, a session that nobody has confirmed is asked about."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Of events of which nobody knows yet when they happened; the ids of few letters tell that."""
SERVICE = "registration"
"""Whose word it is that somebody is forgotten here."""


@dataclass(frozen=True)
class Post:
    """What one fact does: letters that are to be written, and the ids of those that nobody is to read any more."""

    asks: tuple[Letter, ...] = ()
    overtakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Two:
    """The two of a pair."""

    mentor_id: str
    mentee_id: str

    def __iter__(self) -> Iterator[tuple[Role, str]]:
        return iter(((Role.MENTOR, self.mentor_id), (Role.MENTEE, self.mentee_id)))

    def other(self, role: Role) -> str:
        """The partner of the one in that role."""
        return self.mentee_id if role is Role.MENTOR else self.mentor_id


def of_participant(
    event: ParticipantRegistered | ParticipantTrained | ParticipantWithdrawn, at: datetime, *, entered: bool = False
) -> Post:
    """Somebody takes part, is trained, or takes part no longer; ``entered`` by whoever manages them."""
    waiting = (letter_id(Kind.TRAINING, event.participant_id, "self"),)
    if not isinstance(event, ParticipantRegistered):
        gone = (letter_id(Kind.RECEIVED, event.participant_id, "self"),)
        return Post(overtakes=waiting if isinstance(event, ParticipantTrained) else waiting + gone)
    about = _About(event.programme_id, event.participant_id, at)
    return Post(
        asks=(
            about.ask(Kind.RECEIVED, "self", event.participant_id, at, facts={"entered": entered}),
            about.ask(Kind.TRAINING, "self", event.participant_id, at + TRAINING_WAITS),
        )
    )


def of_pair(event: PairFormed | PairDissolved | PairCompleted, at: datetime) -> Post:
    """Two people are a pair, or no longer."""
    about, two = _About(event.programme_id, event.pair_id, at), Two(event.mentor_id, event.mentee_id)
    if isinstance(event, PairFormed):
        return Post(asks=about.both(Kind.PAIRED, two, at))
    early = _ids((Kind.PAIRED,), event.pair_id)
    if isinstance(event, PairDissolved):
        return Post(about.both(Kind.LEFT, two, at), early)
    return Post(about.both(Kind.ENDED, two, at), early)


def of_session(event: SessionEvent, at: datetime) -> Post:
    """A session is planned, moved, called off, took place or did not."""
    about, two = _About(event.programme_id, event.session_id, at), Two(event.mentor_id, event.mentee_id)
    match event:
        case SessionScheduled():
            series = _About(event.programme_id, event.pair_id, at)
            planned = series.both(Kind.PLANNED, two, at + GATHERED, nth=at.date().isoformat())
            return Post(planned + _reminders(about, two, event))
        case SessionRescheduled():
            before: Facts = {"moved_from": _nth(event.moved_from)}
            moved = about.both(Kind.MOVED, two, at, nth=_nth(event.starts_at), facts=before | _span(event))
            return Post(moved + _reminders(about, two, event), _of_that_time(event.session_id, event.moved_from))
        case SessionCancelled():
            told = () if fell_away(event) else about.both(Kind.CANCELLED, two, at, facts=_why(event))
            return Post(told, _of_that_time(event.session_id, event.starts_at))
        case SessionHeld():
            asked = about.both(Kind.PULSE, two, at, facts=_when(event))
            return Post(asked, _of_that_time(event.session_id, event.starts_at))
        case _:
            return Post(overtakes=_of_that_time(event.session_id, event.starts_at))


def of_pulse(event: FeedbackSubmitted) -> Post:
    """Somebody has said how it was."""
    return Post(overtakes=(letter_id(Kind.PULSE, event.session_id, event.role),))


def of_alarm(event: PairAtRisk, two: Two, at: datetime) -> Post:
    """A pair is losing its momentum."""
    about = _About(event.programme_id, event.pair_id, at)
    return Post(asks=about.both(Kind.MOMENTUM, two, at, nth=_nth(at)))


@dataclass(frozen=True)
class _About:
    programme_id: str
    subject: str
    at: datetime

    def ask(
        self, kind: Kind, role: str, reader: str, to_go_at: datetime, nth: str = "", facts: Facts | None = None
    ) -> Letter:
        return Letter(
            id=letter_id(kind, self.subject, role, nth),
            kind=kind,
            programme_id=self.programme_id,
            participant_id=reader,
            subject=self.subject,
            facts=facts or {},
            asked_at=self.at,
            to_go_at=to_go_at,
            due_at=to_go_at,
        )

    def both(
        self, kind: Kind, two: Two, to_go_at: datetime, nth: str = "", facts: Facts | None = None
    ) -> tuple[Letter, ...]:
        return tuple(
            self.ask(kind, role, reader, to_go_at, nth, {"role": role, "partner": two.other(role), **(facts or {})})
            for role, reader in two
        )


def _reminders(about: _About, two: Two, event: SessionScheduled | SessionRescheduled) -> tuple[Letter, ...]:
    nth, facts = _nth(event.starts_at), _when(event)
    asked = about.both(Kind.PLACE, two, event.ends_at + AFTERWARDS, nth, facts)
    if event.starts_at - about.at < BEFORE:
        return asked
    return about.both(Kind.TOMORROW, two, event.starts_at - BEFORE, nth, facts) + asked


def _of_that_time(session_id: str, starts_at: datetime) -> tuple[str, ...]:
    return _ids((Kind.TOMORROW, Kind.PLACE, Kind.MOVED), session_id, _nth(starts_at))


def _ids(kinds: Iterable[Kind], subject: str, nth: str = "") -> tuple[str, ...]:
    return tuple(letter_id(kind, subject, role, nth) for kind in kinds for role in Role)


def _why(event: SessionCancelled) -> Facts:
    return {"by": event.by, "because": event.because, **_span(event)}


def _span(event: SessionEvent) -> Facts:
    return {**_when(event), "ends_at": _nth(event.ends_at)}


def _when(event: SessionEvent) -> Facts:
    return {"pair_id": event.pair_id, "starts_at": _nth(event.starts_at)}


def _nth(moment: datetime) -> str:
    return moment.isoformat()


def foreseen(post_of: Callable[[Any, datetime], Post]) -> Callable[[Any], list[tuple[type[Aggregate], str]]]:
    """What ``put`` looks for, as far as an event tells without when it happened: fetched for a whole batch at once."""

    def wanted(event: Any) -> list[tuple[type[Aggregate], str]]:
        post = post_of(event, LONG_AGO)
        letters = [*post.overtakes, *(each.id for each in post.asks)]
        return [
            *((Letter, each) for each in letters),
            *receipts(SERVICE, {each.participant_id for each in post.asks}),
        ]

    return wanted


async def put(unit: Unit, post: Post) -> None:
    """In this unit of work, write down what one fact asks for and overtakes: once, however often it is heard.

    Nothing is asked for whoever was erased: their pairs end after that, and old facts may be said again.
    """
    gone = await forgotten(unit, [each.participant_id for each in post.asks])
    await unit.fetch([(Letter, identity) for identity in (*post.overtakes, *(each.id for each in post.asks))])
    for identity in post.overtakes:
        waiting = await unit.find(Letter, identity)
        if waiting and waiting.waits:
            unit.save(waiting.overtaken(unit.now))
    for letter in post.asks:
        if letter.participant_id not in gone and await unit.find(Letter, letter.id) is None:
            unit.save(letter.put_off(max(letter.to_go_at, unit.now + SETTLES)))
