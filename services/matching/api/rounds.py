"""What managers may ask of rounds: start, look, compare, ask again, approve, cancel."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from uuid_utils import uuid7

from services.matching.api.managing import managed
from services.matching.api.round_views import ComparisonView, PlaceView, RoundDetails, RoundView
from services.matching.api.views import Couple, PairView
from services.matching.members.programme import Programme
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds import comparing
from services.matching.rounds.choices import Changes, Choices
from services.matching.rounds.comparing import Proposal, Reached
from services.matching.rounds.ending import cancel
from services.matching.rounds.report import Place, Report, places_after
from services.matching.rounds.requesting import ask
from services.matching.rounds.round import Round
from shared.domain.errors import Refused
from shared.domain.work import Store, Unit
from shared.language.terms import Id, PairingRules
from shared.web.access import Caller, Manager
from shared.web.dependencies import Database, Retelling, Saying

router = APIRouter(tags=["rounds"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Couples = Annotated[tuple[Couple, ...], Field(max_length=5000)]


class RoundWish(BaseModel):
    """What a round is to go by. What is left away stays as it is in the round this is based on, or the programme."""

    model_config = ConfigDict(extra="forbid")

    round_id: Id | None = None
    """The same twice is one round."""
    pairing: PairingRules | None = None
    """Only what is set counts, weights one by one."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    what_if: bool | None = None
    """A trial: nobody hears of it until it is approved."""
    lock: Couples = ()
    """Proposals to keep, or two paired by hand."""
    unlock: Couples = ()
    forbid: Couples = ()
    allow: Couples = ()
    """May be paired again."""

    def changes(self) -> Changes:
        return Changes(
            pairing=self.pairing,
            seed=self.seed,
            what_if=self.what_if,
            lock=tuple(couple.two for couple in self.lock),
            unlock=tuple(couple.two for couple in self.unlock),
            forbid=tuple(couple.two for couple in self.forbid),
            allow=tuple(couple.two for couple in self.allow),
        )


class RoundRef(BaseModel):
    """A round that will be run."""

    round_id: str


@router.post("/programmes/{programme_id}/rounds", status_code=202)
async def request_round(programme_id: Id, caller: Manager, store: Database, wish: RoundWish | None = None) -> RoundRef:
    """Ask for a round; it is run as soon as the programme's other rounds are done."""
    return await _ask(store, caller, wish or RoundWish(), programme_id=programme_id, before=Choices())


@router.post("/rounds/{round_id}/again", status_code=202)
async def again(round_id: Id, caller: Manager, store: Database, wish: RoundWish | None = None) -> RoundRef:
    """Ask for a new round with the choices of this one, some of them changed."""
    old = await store.unit().get(Round, round_id)
    before = Choices(**{**vars(old.choices), "based_on": round_id})
    return await _ask(store, caller, wish or RoundWish(), programme_id=old.programme_id, before=before)


async def _ask(store: Store, caller: Caller, wish: RoundWish, *, programme_id: str, before: Choices) -> RoundRef:
    round_id = wish.round_id or str(uuid7())

    async def work(unit: Unit) -> Round:
        programme = await managed(programme_id, caller, unit)
        return await ask(unit, programme, round_id, wish.changes(), before)

    return RoundRef(round_id=(await store.run(work)).id)


@router.get("/programmes/{programme_id}/rounds")
async def rounds(programme_id: Id, caller: Manager, store: Database, say: Saying) -> list[RoundView]:
    """The programme's rounds, the newest first."""
    await managed(programme_id, caller, store.unit())
    found = await store.all(Round, {"programme_id": programme_id}, sort=[("requested_at", -1), ("_id", -1)])
    return [RoundView.of(each, say) for each in found]


@router.get("/rounds/{round_id}")
async def one_round(round_id: Id, caller: Manager, store: Database, say: Saying, retell: Retelling) -> RoundDetails:
    """How the round went, or is going, with its proof and its quality."""
    return RoundDetails.in_full(await _seen(round_id, caller, store.unit()), say, retell)


@router.get("/rounds/{round_id}/pairs")
async def pairs(
    round_id: Id,
    caller: Manager,
    store: Database,
    say: Saying,
    state: PairState | None = None,
    after: str = "",
    limit: Limit = 200,
) -> list[PairView]:
    """The pairs this round proposed, by id; ``state`` picks some, ``after`` is the last id of the page before."""
    await _seen(round_id, caller, store.unit())
    states = [state.value] if state else list(PairState)  # named even when all: the index then gives the order
    which = {"round_id": round_id, "state": {"$in": states}, "_id": {"$gt": after}}
    return [PairView.of(pair, say) for pair in await store.all(Pair, which, limit=limit)]


@router.get("/rounds/{round_id}/left-over")
async def left_over(
    round_id: Id, caller: Manager, store: Database, say: Saying, after: str = "", limit: Limit = 200
) -> list[PlaceView]:
    """Whom this round leaves over and why, by participant id; ``after`` is the last one of the page before."""
    found = await _seen(round_id, caller, store.unit())
    which = places_after(round_id, found.attempts, after)
    return [PlaceView.of(place, say) for place in await store.all(Place, which, limit=limit)]


@router.post("/rounds/{round_id}/approve", status_code=202)
async def approve(round_id: Id, caller: Manager, store: Database, say: Saying) -> RoundView:
    """Form every pair the round still proposes; other proposals of the programme no longer stand."""

    async def work(unit: Unit) -> Round:
        found = await _seen(round_id, caller, unit)
        (await unit.get(Programme, found.programme_id)).must_be_open()
        approved = found.approved(unit.now)
        unit.save(approved)
        return approved

    return RoundView.of(await store.run(work), say)


@router.post("/rounds/{round_id}/cancel")
async def call_off(round_id: Id, caller: Manager, store: Database, say: Saying) -> RoundView:
    """Stop the round, or drop what it proposes; pairs approved one by one stay."""

    async def work(unit: Unit) -> Round:
        await _seen(round_id, caller, unit)
        return await cancel(unit, round_id)

    return RoundView.of(await store.run(work), say)


@router.get("/rounds/{round_id}/compare/{other_id}")
async def compare(
    round_id: Id, other_id: Id, caller: Manager, store: Database, after: str = "", limit: Limit = 200
) -> ComparisonView:
    """What the other round reaches beyond this one, and for whom; ``after`` is the last id of the page before."""
    unit = store.unit()
    old, new = await _seen(round_id, caller, unit), await _seen(other_id, caller, unit)
    if old.programme_id != new.programme_id:
        raise Refused("rounds-of-different-programmes")
    ours, theirs = Reached.of(old.proposed, _report(old)), Reached.of(new.proposed, _report(new))
    changes = comparing.changes(await _proposed(store, old), await _proposed(store, new))
    return ComparisonView(
        before=ours,
        after=theirs,
        difference=theirs.beyond(ours),
        settings=comparing.settings(old.choices, new.choices),
        turns=Counter(change.turn for change in changes),
        changes=[change for change in changes if change.participant_id > after][:limit],
    )


def _report(found: Round) -> Report:
    if found.report is None:
        raise Refused("round-without-result", round_id=found.id, state=found.state)
    return found.report


async def _proposed(store: Store, found: Round) -> list[Proposal]:
    """All it proposed, whatever became of it, but for what did not hold any more."""
    which = {"round_id": found.id, "not_made": {"$ne": NotMade.CHANGED_MEANWHILE.value}}
    return [Proposal(*values) for values in await store.values(Pair, which, Proposal._fields)]


async def _seen(round_id: str, caller: Caller, unit: Unit) -> Round:
    found = await unit.get(Round, round_id)
    await managed(found.programme_id, caller, unit)
    return found
