"""Builders of what sessions knows, and a store that keeps documents in memory."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from typing_extensions import override

from services.sessions import handlers
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.aggregate import Aggregate
from shared.domain.handlers import heard
from shared.language.envelope import Origin
from shared.language.matching import PairFormed
from shared.language.profile import Profile, WorkingHours
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.streams import Event
from shared.language.terms import Role, Terms, WorkPlan
from shared.store.documents import Document
from shared.store.numbering import Numbering
from shared.store.store import Store
from shared.store.transactions import Write
from shared.store.unit import Unit
from shared.telemetry.tracing import Tracing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""


def terms(
    *, starts_on: date = date(2026, 3, 1), ends_on: date = date(2026, 12, 31), plan: WorkPlan | None = None
) -> Terms:
    return Terms(
        title="Reverse mentoring",
        countries=("FR", "GB"),
        languages=("en",),
        topics=("the-web",),
        starts_on=starts_on,
        ends_on=ends_on,
        plan=plan or WorkPlan(),
    )


def opened(programme: Terms | None = None) -> ProgrammeOpened:
    return ProgrammeOpened(programme_id="programme", terms=programme or terms())


def registered(
    participant: str, role: Role, *, zone: str = "Europe/Paris", country: str = "FR", hours: WorkingHours | None = None
) -> ParticipantRegistered:
    profile = Profile(
        role=role,
        country=country,
        time_zone=zone,
        languages=("en",),
        unit="finance",
        grade=3,
        working_hours=hours or WorkingHours(),
    )
    return ParticipantRegistered(
        programme_id="programme", participant_id=participant, person_id=f"person-{participant}", profile=profile
    )


def formed(pair: str = "pair", mentor: str = "mentor", mentee: str = "mentee") -> PairFormed:
    return PairFormed(
        programme_id="programme",
        pair_id=pair,
        mentor_id=mentor,
        mentee_id=mentee,
        round_id="round",
        score=1,
        criteria=(),
    )


def scheduled(starts_at: datetime = NOW + timedelta(days=1), minutes: int = 30) -> Session:
    series = Series.of(formed(), count=1, shortfall=None)
    return Session.schedule(series, 1, starts_at, starts_at + timedelta(minutes=minutes), 3)


class _Cursor:
    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents

    def sort(self, by: Sequence[tuple[str, int]]) -> Self:
        for name, direction in reversed(by):
            self._documents.sort(key=lambda document: document[name], reverse=direction < 0)
        return self

    def limit(self, most: int) -> Self:
        self._documents = self._documents[: most or None]
        return self

    async def __aiter__(self) -> AsyncIterator[Document]:
        for document in self._documents:
            yield document


class _Collection(dict[str, Document]):
    def find(self, where: Mapping[str, Any]) -> _Cursor:
        return _Cursor(
            [one for one in self.values() if all(_matches(one.get(name), how) for name, how in where.items())]
        )


def _matches(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(value == wanted)
    tests: dict[str, Callable[[Any], bool]] = {
        "$in": lambda bound: value in bound,
        "$gte": lambda bound: value >= bound,
        "$lt": lambda bound: value < bound,
    }
    return all(tests[name](bound) for name, bound in wanted.items())


class MemoryUnit(Unit):
    """Commits into dictionaries."""

    @override
    async def commit(self, *more: Write) -> None:
        store = self.store
        assert isinstance(store, MemoryStore)
        for kind, writes in self._writes()[0].items():
            store.collection(kind).update({write._doc["_id"]: write._doc for write in writes})
        store.said += [event for known in self._known.values() for event in known.raised]


class MemoryStore(Store):
    """What a service keeps, and everything it said."""

    def __init__(self, now: datetime = NOW) -> None:
        self.origin, self.tracing = Origin("sessions", "local"), Tracing()
        self.projections: frozenset[type[Aggregate]] = frozenset()
        self.numbering = Numbering()
        self.moment = now
        self.said: list[Event] = []
        self._collections: dict[type[Aggregate], _Collection] = {}

    @override
    def collection(self, kind: type[Aggregate]) -> Any:
        return self._collections.setdefault(kind, _Collection())

    @override
    def unit(self) -> Unit:
        return MemoryUnit(self, self.moment)

    async def hear(self, *events: Event) -> None:
        """Each event in one unit of work, by the handlers that hear it."""
        for event in events:
            unit = self.unit()
            for handler in heard(handlers):
                if type(event) in handler.events:
                    await handler.handle(event, unit)
            await unit.commit()
