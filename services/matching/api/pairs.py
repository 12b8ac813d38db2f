"""Pairs: look, say no, end; approve or refuse what is proposed."""

from collections.abc import Iterator

from fastapi import APIRouter, Response

from services.matching.api.managing import Participant, managed
from services.matching.api.views import PairView
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.readable import fetch_readable
from services.matching.pairs.pair import MADE, Pair, PairState
from services.matching.pairs.pairing import decline, part
from services.matching.rounds import deciding
from shared.domain.errors import Refused
from shared.domain.work import Key, Unit
from shared.language.matching import Parting
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.web.access import Caller, Manager, Somebody, known_to
from shared.web.dependencies import Database, Saying
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged, of_theirs
from shared.web.wording import Say

router = APIRouter(tags=["pairs"], route_class=Guarded)

ABOUT_OTHERS = {"mentors_alternative": None, "mentees_alternative": None}
"""What a pair's own two are not shown."""


class Dissolution(Sent):
    """Why a pair is to end; nobody is asked for more."""

    because: Parting


@router.get("/programmes/{programme_id}/pairs", response_model=list[PairView])
async def pairs(
    programme_id: Id, caller: Manager, store: Database, say: Saying, paging: Paged, state: PairState | None = None
) -> Response:
    """The programme's pairs with somebody in a country of the caller's, by id: those in that state, or all but
    proposals."""
    await store.unit().get(Programme, programme_id)
    states = [state.value] if state else MADE
    theirs = {"programme_id": programme_id, "state": {"$in": states}, **of_theirs(caller, "countries")}

    async def read(after: Key, limit: int) -> tuple[Iterator[PairView], Key]:
        page = await store.page(Pair, theirs, after=after, limit=limit)
        return (PairView.of(pair, say) for pair in page.items), page.then

    return await paging.answer(PairView, read)


@router.get("/pairs/{pair_id}")
async def one_pair(pair_id: Id, caller: Somebody, store: Database, say: Saying) -> PairView:
    """The pair and why it is one."""
    unit = store.unit()
    return await _shown(await _theirs(pair_id, caller, unit), caller, unit, say)


@router.post("/pairs/{pair_id}/approve")
async def approve_pair(pair_id: Id, caller: Manager, store: Database, say: Saying) -> PairView:
    """Form this one proposed pair."""

    async def work(unit: Unit) -> Pair:
        pair = await _theirs(pair_id, caller, unit)
        return await deciding.approve(unit, pair, await managed(pair.programme_id, caller, unit))

    return PairView.of(await store.run(work), say)


@router.post("/pairs/{pair_id}/refuse")
async def refuse_pair(pair_id: Id, caller: Manager, store: Database, say: Saying) -> PairView:
    """Drop this one proposed pair; the others of its round stand."""

    async def work(unit: Unit) -> Pair:
        pair = await _theirs(pair_id, caller, unit)
        await managed(pair.programme_id, caller, unit)
        return await deciding.refuse(unit, pair)

    return PairView.of(await store.run(work), say)


@router.post("/pairs/{pair_id}/decline")
async def decline_pair(pair_id: Id, caller: Participant, store: Database, say: Saying) -> PairView:
    """Say no to a new pair within its first days. Nobody asks why, and nobody is told who it was."""

    async def end(unit: Unit) -> Pair:
        pair = await known_to(caller, unit, Pair, pair_id)
        await _must_be_one_of(pair, caller, unit)
        if pair.state is PairState.DECLINED:
            return pair  # the answer got lost and was asked for again, or both said no
        return await decline(unit, pair)

    return await _shown(await store.run(end), caller, store.unit(), say)


@router.post("/pairs/{pair_id}/dissolve")
async def dissolve(pair_id: Id, body: Dissolution, caller: Somebody, store: Database, say: Saying) -> PairView:
    """End the pair before its time; both are free for the next round, and never paired with each other again."""

    async def end(unit: Unit) -> Pair:
        pair = await _theirs(pair_id, caller, unit)
        if body.because is Parting.DECLINED:
            raise Refused("decline-instead")
        if body.because is Parting.WITHDRAWN:
            raise Refused("withdraw-instead")
        if body.because is Parting.MANAGER and not _sees(caller, pair):
            raise Refused("not-as-manager")
        if pair.state is PairState.DISSOLVED and pair.because is body.because:
            return pair  # the answer got lost and was asked for again
        return await part(unit, pair, body.because)

    return await _shown(await store.run(end), caller, store.unit(), say)


async def _theirs(pair_id: str, caller: Caller, unit: Unit) -> Pair:
    """The pair; raises Forbidden unless the caller is one of the two or manages one's country."""
    pair = await known_to(caller, unit, Pair, pair_id)
    if not _sees(caller, pair):
        await _must_be_one_of(pair, caller, unit)
    return pair


async def _must_be_one_of(pair: Pair, caller: Caller, unit: Unit) -> None:
    """Raises Forbidden unless the caller is one of the two; of a mere proposal they hear no more than of no pair."""
    made = pair.state.value in MADE
    people = [await unit.find(Member, person) for person in (pair.mentor_id, pair.mentee_id)] if made else []
    caller.must_be(*people)


def _sees(caller: Caller, pair: Pair) -> bool:
    return any(caller.covers([country]) for country in pair.countries)


async def _shown(pair: Pair, caller: Caller, unit: Unit, say: Say) -> PairView:
    """The pair as this caller sees it; whom else the two could have had is for managers."""
    two = await fetch_readable(unit, Member, (pair.mentor_id, pair.mentee_id))
    view = PairView.of(pair, say, you=any(map(caller.plays, two.values())))
    return view if _sees(caller, pair) else view.model_copy(update=ABOUT_OTHERS)
