"""Sessions of a pair: look, say that one was held, cancel, move."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field

from services.sessions.api.views import SeriesView, SessionView
from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series import changing
from services.sessions.series.changing import Cancel
from services.sessions.series.parties import Parties
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.work import Key, Order, Unit
from shared.language.reasons import not_valid
from shared.language.sessions import Outcome
from shared.language.terms import Id
from shared.language.values.days import Instant
from shared.language.values.value import Sent
from shared.web.access import Caller, Manager, Somebody, known_to
from shared.web.dependencies import Database, Explaining
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(tags=["sessions"], route_class=Guarded)

EARLIEST_FIRST: Order = (("starts_at", 1), ("_id", 1))

WHOLE_MINUTE = r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:00(\.0+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
"""How JSON Schema says it."""


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        raise not_valid("no-whole-minute")
    return moment.astimezone(UTC)


class Move(Sent):
    """When the session takes place instead, with its offset from UTC."""

    starts_at: Annotated[Instant, AfterValidator(_whole_minute), Field(json_schema_extra={"pattern": WHOLE_MINUTE})]


@router.get("/programmes/{programme_id}/sessions", response_model=list[SessionView])
async def sessions_of_programme(
    programme_id: Id,
    caller: Manager,
    store: Database,
    paging: Paged,
    state: Outcome | None = None,
    starts_from: Instant | None = None,
    starts_before: Instant | None = None,
) -> Response:
    """Sessions that start from ``starts_from`` and before ``starts_before``, the earliest first."""
    caller.must_cover((await store.unit().get(Programme, programme_id)).terms.countries)
    where: dict[str, Any] = {"programme_id": programme_id}
    if state:
        where["state"] = state.value
    if starts_from or starts_before:
        bounds = {"$gte": starts_from, "$lt": starts_before}
        where["starts_at"] = {name: _stored(moment) for name, moment in bounds.items() if moment}

    async def read(after: Key, limit: int) -> tuple[Iterator[SessionView], Key]:
        page = await store.page(Session, where, sort=EARLIEST_FIRST, after=after, limit=limit)
        return await _views(page.items, store.unit()), page.then

    return await paging.answer(SessionView, read)


@router.get("/pairs/{pair_id}/sessions")
async def sessions_of_pair(pair_id: Id, caller: Somebody, store: Database, explain: Explaining) -> SeriesView:
    """The pair's whole series, and in a sentence what could not be planned."""
    unit = store.unit()
    series = await known_to(caller, unit, Series, pair_id)
    _admit(caller, await Parties.of(series, unit))
    sessions = await store.all(Session, {"pair_id": pair_id}, sort=(("number", 1),))
    return SeriesView.of(series, list(await _views(sessions, unit)), explain)


@router.get("/sessions/{session_id}")
async def session(session_id: Id, caller: Somebody, store: Database) -> SessionView:
    """One session."""
    return _view(*await _theirs(store.unit(), session_id, caller))


@router.post("/sessions/{session_id}/held")
async def held(session_id: Id, caller: Somebody, store: Database) -> SessionView:
    """It took place, says one of the two."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        return _view(await changing.hold(unit, found, by=parties.role_of(caller.plays)), parties)

    return await store.run(work)


@router.post("/sessions/{session_id}/cancel")
async def cancel(session_id: Id, body: Cancel, caller: Somebody, store: Database) -> SessionView:
    """It does not take place; both are free at that time again."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        by = parties.role_of(caller.plays)
        return _view(await changing.cancel(unit, found, parties, by=by, because=body.because), parties)

    return await store.run(work)


@router.post("/sessions/{session_id}/move")
async def move(session_id: Id, body: Move, caller: Somebody, store: Database) -> SessionView:
    """It takes place at another time, when both work and neither has another session."""

    async def work(unit: Unit) -> SessionView:
        found, parties = await _theirs(unit, session_id, caller)
        return _view(await changing.move(unit, found, parties, body.starts_at), parties)

    return await store.run(work)


async def _theirs(unit: Unit, session_id: str, caller: Caller) -> tuple[Session, Parties]:
    found = await known_to(caller, unit, Session, session_id)
    parties = await Parties.of(found, unit)
    _admit(caller, parties)
    return found, parties


def _admit(caller: Caller, parties: Parties) -> None:
    """Lets the two in, and managers of the programme's countries; raises Forbidden for anybody else."""
    if not caller.covers(parties.programme.terms.countries):
        caller.must_be(parties.mentor, parties.mentee)


def _view(found: Session, parties: Parties) -> SessionView:
    return SessionView.of(found, parties.mentor, parties.mentee)


async def _views(found: Sequence[Session], unit: Unit) -> Iterator[SessionView]:
    """Made while they are taken."""
    ids = {one for each in found for one in (each.mentor_id, each.mentee_id)}
    await unit.fetch((Participant, one) for one in ids)
    people = {one: await unit.need(Participant, one) for one in ids}
    return (SessionView.of(one, people[one.mentor_id], people[one.mentee_id]) for one in found)


def _stored(moment: datetime) -> str:
    """As ``starts_at`` is stored: in UTC, to the second, so that text compares like time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
