"""What people may ask of their sessions over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.sessions.api.views import SeriesView, SessionView
from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.moving import must_suit
from services.sessions.series.parties import Parties
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.work import Unit
from shared.language.reasons import not_valid
from shared.language.sessions import Cancellation, Outcome
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database, Explaining

router = APIRouter(tags=["sessions"])

AT_MOST = 10_000
"""Sessions in one answer, the earliest first; ask again with a later ``after`` for more."""


Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
"""With its offset from UTC, and near enough for every calendar to know it."""


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        raise not_valid("no-whole-minute")
    return moment.astimezone(UTC)


class Cancel(BaseModel):
    """Why the session does not take place; no more than the category is asked for."""

    because: Literal[Cancellation.NO_TIME, Cancellation.ILL, Cancellation.TRAVELLING, Cancellation.OTHER]


class Move(BaseModel):
    """When the session takes place instead, with its offset from UTC."""

    starts_at: Annotated[Instant, AfterValidator(_whole_minute)]


@router.get("/programmes/{programme_id}/sessions")
async def sessions_of_programme(
    programme_id: str,
    caller: Manager,
    store: Database,
    state: Outcome | None = None,
    after: Instant | None = None,
    before: Instant | None = None,
) -> list[SessionView]:
    """Sessions that start from ``after`` and up to ``before``, the earliest first; at most 10 000."""
    unit = store.unit()
    caller.must_cover((await unit.get(Programme, programme_id)).terms.countries)
    where: dict[str, Any] = {"programme_id": programme_id}
    if state:
        where["state"] = state.value
    if after or before:
        bounds = {"$gte": after, "$lt": before}
        where["starts_at"] = {name: _stored(moment) for name, moment in bounds.items() if moment}
    found = await store.all(Session, where, sort=(("starts_at", 1), ("_id", 1)), limit=AT_MOST)
    return await _views(found, unit)


@router.get("/pairs/{pair_id}/sessions")
async def sessions_of_pair(pair_id: str, caller: Somebody, store: Database, explain: Explaining) -> SeriesView:
    """The pair's whole series, and in a sentence what could not be planned."""
    unit = store.unit()
    series = await unit.get(Series, pair_id)
    _admit(caller, await Parties.of(series, unit))
    sessions = await store.all(Session, {"pair_id": pair_id}, sort=(("number", 1),))
    return SeriesView.of(series, await _views(sessions, unit), explain)


@router.get("/sessions/{session_id}")
async def session(session_id: str, caller: Somebody, store: Database) -> SessionView:
    """One session."""
    return _view(*await _theirs(store.unit(), session_id, caller))


@router.post("/sessions/{session_id}/held")
async def held(session_id: str, caller: Somebody, store: Database) -> SessionView:
    """It took place, says one of the two."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        now_held = found.hold(by=parties.role_of(caller.person_id), now=unit.now)
        if now_held is not found:
            unit.save(now_held)
        return _view(now_held, parties)

    return await store.run(work)


@router.post("/sessions/{session_id}/cancel")
async def cancel(session_id: str, body: Cancel, caller: Somebody, store: Database) -> SessionView:
    """It does not take place; both are free at that time again."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        cancelled = found.cancel(by=parties.role_of(caller.person_id), because=body.because, now=unit.now)
        if cancelled is not found:
            unit.save(cancelled)
            for diary in await parties.diaries(unit):
                unit.save(diary.free({found.id}))
        return _view(cancelled, parties)

    return await store.run(work)


@router.post("/sessions/{session_id}/move")
async def move(session_id: str, body: Move, caller: Somebody, store: Database) -> SessionView:
    """It takes place at another time, when both work and neither has another session."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        moved = found.move(body.starts_at, now=unit.now)
        if moved is not found:
            must_suit(parties.programme, (parties.mentor, parties.mentee), moved.starts_at, moved.ends_at)
            unit.save(moved)
            for diary in await parties.diaries(unit):
                unit.save(diary.book([moved.booking], unit.now))
        return _view(moved, parties)

    return await store.run(work)


async def _theirs(unit: Unit, session_id: str, caller: Caller) -> tuple[Session, Parties]:
    found = await unit.get(Session, session_id)
    parties = await Parties.of(found, unit)
    _admit(caller, parties)
    return found, parties


def _admit(caller: Caller, parties: Parties) -> None:
    """Lets the two in, and managers of the programme's countries; raises Forbidden for anybody else."""
    if parties.role_of(caller.person_id) is None and caller.has("manager"):
        caller.must_cover(parties.programme.terms.countries)
    else:
        caller.must_be(parties.mentor.person_id, parties.mentee.person_id)


def _view(found: Session, parties: Parties) -> SessionView:
    return SessionView.of(found, parties.mentor, parties.mentee)


async def _views(found: Sequence[Session], unit: Unit) -> list[SessionView]:
    await unit.fetch([(Participant, one) for each in found for one in (each.mentor_id, each.mentee_id)])
    return [
        SessionView.of(one, await unit.need(Participant, one.mentor_id), await unit.need(Participant, one.mentee_id))
        for one in found
    ]


def _stored(moment: datetime) -> str:
    """As ``starts_at`` is stored: in UTC, to the second, so that text compares like time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
