"""Waiting: who has no partner, why, and what would change it."""

from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.matching.api.round_views import PlaceView
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.queue import place_of, read_queue
from services.matching.rounds.recalling import last_places
from services.matching.rules import reasons
from services.matching.telling.sentences import waits
from shared.domain.errors import Absent
from shared.domain.work import Key, Store
from shared.language.terms import Id, Role
from shared.web.access import Manager, Somebody, known_to
from shared.web.dependencies import Database, Saying
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged
from shared.web.wording import Say

router = APIRouter(tags=["waiting"], route_class=Guarded)


class WaitingView(BaseModel):
    """Somebody without a partner, and why."""

    participant_id: str
    reason: str
    rules: list[str]
    """The rules that would have to give way; the reason itself when it is no rule."""
    sentence: str
    since: datetime | None
    returning: bool
    """Whether their last pair ended before its time: they come first."""
    place: int
    """On the waiting list of their role, from 1."""


class OwnWaitingView(WaitingView):
    """The same, with what the last round found about them."""

    last_round: PlaceView | None
    """None when it has not looked at them."""


@router.get("/programmes/{programme_id}/waiting", response_model=list[WaitingView])
async def waiting(programme_id: Id, caller: Manager, store: Database, say: Saying, paging: Paged) -> Response:
    """Whoever has no partner in the order of the waiting list, each with the reason; a page may lack those of countries
    the caller does not manage."""
    await store.unit().get(Programme, programme_id)

    async def read(after: Key, limit: int) -> tuple[list[WaitingView], Key]:
        page = await read_queue(store, programme_id, after, limit)
        views = [
            _waiting_view(member, place, say, you=caller.plays(member))
            for member, place in await _placed(store, page.items)
            if member.profile and caller.covers([member.profile.country])
        ]
        return views, page.then

    return await paging.answer(WaitingView, read)


@router.get("/participants/{participant_id}/waiting")
async def own_waiting(participant_id: Id, caller: Somebody, store: Database, say: Saying) -> OwnWaitingView:
    """Why this participant has no partner yet, their place on the waiting list, and what would change it."""
    member = await known_to(caller, store.unit(), Member, participant_id)
    if not (member.profile and caller.covers([member.profile.country])):
        caller.must_be(member)
    if not (member.waits and member.profile):
        raise Absent("waits-for-nobody", about=member.person_id)
    place = await place_of(store, member, member.profile.role)
    you = caller.plays(member)
    view = _waiting_view(member, place, say, you)
    found = (await last_places(store, member.programme_id, [member.id])).get(member.id)
    return OwnWaitingView(**dict(view), last_round=PlaceView.of(found, say, you) if found else None)


async def _placed(store: Store, members: Iterable[Member]) -> list[tuple[Member, int]]:
    """With the place among those of their role; they follow each other on the list."""
    places: dict[Role, int] = {}
    placed = []
    for member in members:
        if member.profile:
            role = member.profile.role
            places[role] = places[role] + 1 if role in places else await place_of(store, member, role)
            placed.append((member, places[role]))
    return placed


def _waiting_view(member: Member, place: int, say: Say, you: bool) -> WaitingView:
    because = member.waiting_because
    return WaitingView(
        participant_id=member.id,
        reason=reasons.code(because),
        rules=list(because),
        sentence=waits(because, say, you),
        since=member.waiting_since,
        returning=member.returning,
        place=place,
    )
