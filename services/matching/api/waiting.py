"""What people may ask of matching about waiting: who has no partner, why, and what would change it."""

from collections import Counter
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.matching.api.round_views import PlaceView
from services.matching.api.sentences import waits
from services.matching.api.views import is_said_to
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.rounds.report import Place, place_id
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.domain.errors import Absent
from shared.domain.work import Store
from shared.language.terms import Id, Role
from shared.web.access import Manager, Somebody
from shared.web.dependencies import Database, Saying
from shared.web.wording import Say

router = APIRouter(tags=["waiting"])


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


@router.get("/programmes/{programme_id}/waiting")
async def waiting(programme_id: Id, caller: Manager, store: Database, say: Saying) -> list[WaitingView]:
    """Everybody without a partner in the order of the waiting list, each with the reason."""
    await store.unit().get(Programme, programme_id)
    return [
        _waiting_view(member, place, say, you=is_said_to(caller, member))
        for member, place in await _queue(store, programme_id)
        if member.profile and caller.covers([member.profile.country])
    ]


@router.get("/participants/{participant_id}/waiting")
async def own_waiting(participant_id: Id, caller: Somebody, store: Database, say: Saying) -> OwnWaitingView:
    """Why this participant has no partner yet, their place on the waiting list, and what would change it."""
    member = await store.unit().get(Member, participant_id)
    if not (caller.has("manager") and member.profile and caller.covers([member.profile.country])):
        caller.must_be(*filter(None, [member.person_id]))
    places = {other.id: place for other, place in await _queue(store, member.programme_id)}
    if participant_id not in places:
        raise Absent("waits-for-nobody", about=member.person_id)
    you = is_said_to(caller, member)
    view = _waiting_view(member, places[participant_id], say, you)
    found = await _last_place(store, member)
    return OwnWaitingView(**dict(view), last_round=PlaceView.of(found, say, you) if found else None)


async def _queue(store: Store, programme_id: str) -> list[tuple[Member, int]]:
    """Whoever has no partner, in the order of the waiting list, and their place among those of their role."""
    found, _ = await store.readable(Member, {"programme_id": programme_id, "withdrawn": False, "pairs": []})
    ahead: Counter[Role] = Counter()
    places = []
    for member in sorted(found, key=lambda each: each.queue):
        if member.profile:
            ahead[member.profile.role] += 1
            places.append((member, ahead[member.profile.role]))
    return places


async def _last_place(store: Store, member: Member) -> Place | None:
    where = {"programme_id": member.programme_id, "state": RoundState.COMPLETED.value}
    for last in await store.all(Round, where, sort=[("ended_at", -1)], limit=1):
        return await store.unit().find(Place, place_id(last.id, member.id))
    return None


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
