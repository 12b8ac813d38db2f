"""What people may ask of matching: rounds, pairs, and who waits for what reason."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from uuid_utils import uuid7

from services.matching import reasons
from services.matching.member import Member
from services.matching.pair import Pair, PairState
from services.matching.programme import Programme
from services.matching.round import Request, Round, RoundState
from services.matching.rules import words
from services.matching.running import part
from shared.access import Caller, allow
from shared.errors import Refused
from shared.events import Parting
from shared.http import Database
from shared.programme import Id
from shared.store import Store, Unit

router = APIRouter(tags=["matching"])

Manager = Annotated[Caller, allow("manager")]
Anyone = Annotated[Caller, allow("participant", "manager")]


class RoundWish(BaseModel):
    """What a manager asks for. The same ``round_id`` twice is one round."""

    round_id: Id | None = None


class RoundRef(BaseModel):
    """A round that will be run."""

    round_id: str


class RoundView(BaseModel):
    """How a round went, or is going."""

    round_id: str
    programme_id: str
    state: RoundState
    requested_at: datetime
    ended_at: datetime | None
    failure: str
    digest: str
    pairs: int
    total_score: int
    unmatched: dict[str, int]


class CriterionView(BaseModel):
    """One rule's share, in words and points."""

    rule: str
    sentence: str
    points: int


class PairView(BaseModel):
    """A pair and why it is one."""

    pair_id: str
    programme_id: str
    round_id: str
    mentor_id: str
    mentee_id: str
    state: PairState
    because: Parting | None
    formed_at: datetime
    score: int
    criteria: list[CriterionView]


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


@router.post("/programmes/{programme_id}/rounds", status_code=202)
async def request_round(programme_id: Id, caller: Manager, store: Database, wish: RoundWish | None = None) -> RoundRef:
    """Ask for a round; it is run as soon as the programme's other rounds are done."""
    round_id = (wish and wish.round_id) or str(uuid7())

    async def ask(unit: Unit) -> None:
        programme = await unit.get(Programme, programme_id)
        caller.must_cover(programme.terms.countries)
        known = await unit.find(Round, round_id)
        if known is not None and known.programme_id != programme_id:
            raise Refused("This round belongs to another programme: ask with another round_id, or with none.")
        if known is None:
            programme.must_be_open()
            unit.save(Round(id=round_id, programme_id=programme_id, requested_at=unit.now))
            unit.save(Request(id=round_id, programme_id=programme_id).made("manager"))

    await store.run(ask)
    return RoundRef(round_id=round_id)


@router.get("/programmes/{programme_id}/rounds")
async def rounds(programme_id: Id, caller: Manager, store: Database) -> list[RoundView]:
    """The programme's rounds, the newest first."""
    await _must_manage(programme_id, caller, store)
    found = await store.all(Round, {"programme_id": programme_id}, sort=[("requested_at", -1), ("_id", -1)])
    return [_round_view(each) for each in found]


@router.get("/rounds/{round_id}")
async def one_round(round_id: Id, caller: Manager, store: Database) -> RoundView:
    """How the round went, or is going."""
    found = await store.unit().get(Round, round_id)
    await _must_manage(found.programme_id, caller, store)
    return _round_view(found)


@router.get("/programmes/{programme_id}/pairs")
async def pairs(programme_id: Id, caller: Manager, store: Database, state: PairState | None = None) -> list[PairView]:
    """The programme's pairs with somebody in a country of the caller's; ``state`` picks some of them."""
    await store.unit().get(Programme, programme_id)
    where = {"programme_id": programme_id} | ({"state": state.value} if state else {})
    found = await store.all(Pair, where)
    return [_pair_view(pair) for pair in found if _sees(caller, pair)]


@router.get("/pairs/{pair_id}")
async def one_pair(pair_id: Id, caller: Anyone, store: Database) -> PairView:
    """The pair and why it is one."""
    unit = store.unit()
    pair = await unit.get(Pair, pair_id)
    await _must_be_theirs(pair, caller, unit)
    return _pair_view(pair)


@router.post("/pairs/{pair_id}/dissolve")
async def dissolve(pair_id: Id, body: Dissolution, caller: Anyone, store: Database) -> PairView:
    """End the pair before its time; both are free for the next round, and never paired with each other again."""

    async def end(unit: Unit) -> Pair:
        pair = await unit.get(Pair, pair_id)
        await _must_be_theirs(pair, caller, unit)
        if body.because is Parting.WITHDRAWN:
            raise Refused("Somebody who no longer takes part withdraws in registration; that ends the pair, too.")
        if body.because is Parting.MANAGER and not caller.has("manager"):
            raise Refused("Only a programme manager can end a pair as one; choose «own-wish».")
        if pair.state is PairState.DISSOLVED and pair.because is body.because:
            return pair  # the answer got lost and was asked for again
        return await part(unit, pair, body.because)

    return _pair_view(await store.run(end))


@router.get("/programmes/{programme_id}/waiting")
async def waiting(programme_id: Id, caller: Manager, store: Database) -> list[WaitingView]:
    """Everybody without a partner, whoever has waited longest first, each with the reason."""
    await store.unit().get(Programme, programme_id)
    found = await store.all(Member, {"programme_id": programme_id, "withdrawn": False, "pairs": []})
    seen = [member for member in found if member.profile and caller.covers([member.profile.country])]
    seen.sort(key=_queue)
    return [_waiting_view(member) for member in seen]


async def _must_manage(programme_id: str, caller: Caller, store: Store) -> None:
    programme = await store.unit().get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)


async def _must_be_theirs(pair: Pair, caller: Caller, unit: Unit) -> None:
    """Raises Forbidden unless the caller is one of the two or manages one's country."""
    if _sees(caller, pair):
        return
    people = [await unit.find(Member, person) for person in (pair.mentor_id, pair.mentee_id)]
    caller.must_be(*(person.person_id for person in people if person and person.person_id))


def _sees(caller: Caller, pair: Pair) -> bool:
    return caller.has("manager") and any(caller.covers([country]) for country in pair.countries)


def _round_view(found: Round) -> RoundView:
    return RoundView(
        round_id=found.id,
        programme_id=found.programme_id,
        state=found.state,
        requested_at=found.requested_at,
        ended_at=found.ended_at,
        failure=found.failure,
        digest=found.digest,
        pairs=found.pairs,
        total_score=found.total_score,
        unmatched=found.unmatched,
    )


def _pair_view(pair: Pair) -> PairView:
    return PairView(
        pair_id=pair.id,
        programme_id=pair.programme_id,
        round_id=pair.round_id,
        mentor_id=pair.mentor_id,
        mentee_id=pair.mentee_id,
        state=pair.state,
        because=pair.because,
        formed_at=pair.formed_at,
        score=pair.score,
        criteria=[CriterionView(rule=c.rule, sentence=words(c), points=c.points) for c in pair.criteria],
    )


def _waiting_view(member: Member) -> WaitingView:
    because = member.waiting_because
    return WaitingView(
        participant_id=member.id,
        reason=reasons.code(because),
        rules=list(because),
        sentence=reasons.sentence(because),
        since=member.waiting_since,
    )


def _queue(member: Member) -> tuple[bool, str, str]:
    """Whoever has waited longest comes first; whoever no round has looked at yet comes last."""
    since = member.waiting_since
    return since is None, since.isoformat() if since else "", member.id
