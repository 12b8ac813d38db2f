"""What people may ask of matching about pairs, and who waits for what reason; rounds have a module of their own."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from services.matching.api.round_views import PlaceView
from services.matching.api.sentences import waits
from services.matching.api.views import PairView
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.readable import fetch_readable
from services.matching.pairs.pair import Pair, PairState
from services.matching.pairs.pairing import decline, part
from services.matching.rounds.report import Place, place_id
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.domain.errors import Absent, Refused
from shared.domain.work import Store, Unit
from shared.language.matching import Parting
from shared.language.terms import Id, Role
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Saying
from shared.web.wording import Say

router = APIRouter(tags=["pairs"])

Manager = Annotated[Caller, allow("manager")]
Participant = Annotated[Caller, allow("participant")]
Anyone = Annotated[Caller, allow("participant", "manager")]

ABOUT_OTHERS = {"mentors_alternative": None, "mentees_alternative": None}
"""What a pair's own two are not shown."""


class Dissolution(BaseModel):
    """Why a pair is to end; nobody is asked for more."""

    because: Parting


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


MADE = [state.value for state in PairState if state not in (PairState.PROPOSED, PairState.DROPPED)]
"""States of pairs that are or were together. Proposals are for managers alone."""


@router.get("/programmes/{programme_id}/pairs")
async def pairs(
    programme_id: Id, caller: Manager, store: Database, say: Saying, state: PairState | None = None
) -> list[PairView]:
    """The programme's pairs with somebody in a country of the caller's: those in that state, or all but proposals."""
    await store.unit().get(Programme, programme_id)
    found = await store.all(Pair, {"programme_id": programme_id, "state": {"$in": [state.value] if state else MADE}})
    return [PairView.of(pair, say) for pair in found if _sees(caller, pair)]


@router.get("/pairs/{pair_id}")
async def one_pair(pair_id: Id, caller: Anyone, store: Database, say: Saying) -> PairView:
    """The pair and why it is one."""
    unit = store.unit()
    pair = await unit.get(Pair, pair_id)
    await _must_be_theirs(pair, caller, unit)
    return await _shown(pair, caller, unit, say)


@router.post("/pairs/{pair_id}/decline")
async def decline_pair(pair_id: Id, caller: Participant, store: Database, say: Saying) -> PairView:
    """Say no to a new pair within its first days. Nobody asks why, and nobody is told who it was."""

    async def end(unit: Unit) -> Pair:
        pair = await unit.get(Pair, pair_id)
        await _must_be_one_of(pair, caller, unit)
        if pair.state is PairState.DECLINED:
            return pair  # the answer got lost and was asked for again, or both said no
        return await decline(unit, pair)

    return await _shown(await store.run(end), caller, store.unit(), say)


@router.post("/pairs/{pair_id}/dissolve")
async def dissolve(pair_id: Id, body: Dissolution, caller: Anyone, store: Database, say: Saying) -> PairView:
    """End the pair before its time; both are free for the next round, and never paired with each other again."""

    async def end(unit: Unit) -> Pair:
        pair = await unit.get(Pair, pair_id)
        await _must_be_theirs(pair, caller, unit)
        if body.because is Parting.DECLINED:
            raise Refused("decline-instead")
        if body.because is Parting.WITHDRAWN:
            raise Refused("withdraw-instead")
        if body.because is Parting.MANAGER and not caller.has("manager"):
            raise Refused("not-as-manager")
        if pair.state is PairState.DISSOLVED and pair.because is body.because:
            return pair  # the answer got lost and was asked for again
        return await part(unit, pair, body.because)

    return await _shown(await store.run(end), caller, store.unit(), say)


@router.get("/programmes/{programme_id}/waiting")
async def waiting(programme_id: Id, caller: Manager, store: Database, say: Saying) -> list[WaitingView]:
    """Everybody without a partner in the order of the waiting list, each with the reason."""
    await store.unit().get(Programme, programme_id)
    return [
        _waiting_view(member, place, say, you=_is(caller, member))
        for member, place in await _queue(store, programme_id)
        if member.profile and caller.covers([member.profile.country])
    ]


@router.get("/participants/{participant_id}/waiting")
async def own_waiting(participant_id: Id, caller: Anyone, store: Database, say: Saying) -> OwnWaitingView:
    """Why this participant has no partner yet, their place on the waiting list, and what would change it."""
    member = await store.unit().get(Member, participant_id)
    if not (caller.has("manager") and member.profile and caller.covers([member.profile.country])):
        caller.must_be(*filter(None, [member.person_id]))
    places = {other.id: place for other, place in await _queue(store, member.programme_id)}
    if participant_id not in places:
        raise Absent("waits-for-nobody", about=member.person_id)
    you = _is(caller, member)
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


async def _must_be_theirs(pair: Pair, caller: Caller, unit: Unit) -> None:
    """Raises Forbidden unless the caller is one of the two or manages one's country."""
    if not _sees(caller, pair):
        await _must_be_one_of(pair, caller, unit)


async def _must_be_one_of(pair: Pair, caller: Caller, unit: Unit) -> None:
    """Raises Forbidden unless the caller is one of the two; of a mere proposal they know nothing."""
    people = [await unit.find(Member, person) for person in (pair.mentor_id, pair.mentee_id)]
    caller.must_be(*(person.person_id for person in people if person and person.person_id))
    if pair.state.value not in MADE:
        raise Absent("no-such", kind="pair", id=pair.id)


def _sees(caller: Caller, pair: Pair) -> bool:
    return caller.has("manager") and any(caller.covers([country]) for country in pair.countries)


def _is(caller: Caller, member: Member) -> bool:
    """Whether what is said of this member is said to themselves."""
    return caller.person_id is not None and caller.person_id == member.person_id


async def _shown(pair: Pair, caller: Caller, unit: Unit, say: Say) -> PairView:
    """The pair as this caller sees it; whom else the two could have had is for managers."""
    two = await fetch_readable(unit, Member, (pair.mentor_id, pair.mentee_id))
    view = PairView.of(pair, say, you=any(_is(caller, member) for member in two.values()))
    return view if _sees(caller, pair) else view.model_copy(update=ABOUT_OTHERS)


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
