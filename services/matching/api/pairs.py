"""What people may ask of matching about pairs: look, approve or refuse, say no, end."""

from fastapi import APIRouter
from pydantic import BaseModel

from services.matching.api.managing import Participant, managed
from services.matching.api.views import PairView, is_said_to
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.readable import fetch_readable
from services.matching.pairs.pair import Pair, PairState
from services.matching.pairs.pairing import decline, part
from services.matching.rounds import deciding
from shared.domain.errors import Absent, Refused
from shared.domain.work import Unit
from shared.language.matching import Parting
from shared.language.terms import Id
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database, Saying
from shared.web.wording import Say

router = APIRouter(tags=["pairs"])

ABOUT_OTHERS = {"mentors_alternative": None, "mentees_alternative": None}
"""What a pair's own two are not shown."""


class Dissolution(BaseModel):
    """Why a pair is to end; nobody is asked for more."""

    because: Parting


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
async def one_pair(pair_id: Id, caller: Somebody, store: Database, say: Saying) -> PairView:
    """The pair and why it is one."""
    unit = store.unit()
    pair = await unit.get(Pair, pair_id)
    await _must_be_theirs(pair, caller, unit)
    return await _shown(pair, caller, unit, say)


@router.post("/pairs/{pair_id}/approve")
async def approve_pair(pair_id: Id, caller: Manager, store: Database, say: Saying) -> PairView:
    """Form this one proposed pair."""

    async def work(unit: Unit) -> Pair:
        pair = await unit.get(Pair, pair_id)
        return await deciding.approve(unit, pair, await managed(pair.programme_id, caller, unit))

    return PairView.of(await store.run(work), say)


@router.post("/pairs/{pair_id}/refuse")
async def refuse_pair(pair_id: Id, caller: Manager, store: Database, say: Saying) -> PairView:
    """Drop this one proposed pair; the others of its round stand."""

    async def work(unit: Unit) -> Pair:
        pair = await unit.get(Pair, pair_id)
        await managed(pair.programme_id, caller, unit)
        return await deciding.refuse(unit, pair)

    return PairView.of(await store.run(work), say)


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
async def dissolve(pair_id: Id, body: Dissolution, caller: Somebody, store: Database, say: Saying) -> PairView:
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


async def _shown(pair: Pair, caller: Caller, unit: Unit, say: Say) -> PairView:
    """The pair as this caller sees it; whom else the two could have had is for managers."""
    two = await fetch_readable(unit, Member, (pair.mentor_id, pair.mentee_id))
    view = PairView.of(pair, say, you=any(is_said_to(caller, member) for member in two.values()))
    return view if _sees(caller, pair) else view.model_copy(update=ABOUT_OTHERS)
