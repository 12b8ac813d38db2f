"""Rounds of matching, for managers: start, look, compare, ask again, approve, cancel."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from uuid_utils import uuid7

from services.matching.api.managing import managed
from services.matching.api.round_views import ComparisonView, PlaceView, RoundDetails, RoundView
from services.matching.api.views import Couple, PairView
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds import recalling
from services.matching.rounds.choices import Changes, Choices
from services.matching.rounds.comparing import Change
from services.matching.rounds.deciding import approve_all
from services.matching.rounds.ending import cancel
from services.matching.rounds.report import Place, places_after
from services.matching.rounds.requesting import ask
from services.matching.rounds.round import Round
from shared.domain.work import Key, Order, Store, Unit
from shared.language.terms import Id, PairingRules
from shared.language.values.figures import TRUTH, WHOLE
from shared.language.values.lists import AtMost
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Caller, Manager
from shared.web.dependencies import Database, Retelling, Saying
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(tags=["rounds"], route_class=Guarded)

NEWEST_FIRST: Order = (("requested_at", -1), ("_id", -1))
COUPLES = ("choices.locked", "choices.forbidden")
"""What of a round is long, and in no list of rounds."""
Couples = Annotated[tuple[Couple, ...], AtMost(5000)]


class RoundWish(Sent):
    """What a round is to go by. What is left away stays as it is in the round this is based on, or the programme."""

    round_id: Id | None = None
    """The same twice is one round."""
    pairing: PairingRules | None = None
    """Only what is set counts, weights one by one."""
    seed: Annotated[int, Field(ge=0, lt=2**31), WHOLE] | None = None
    what_if: Annotated[bool, TRUTH] | None = None
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

    asked = await store.run(work)
    note(programme_id=programme_id, round_id=asked.id)
    return RoundRef(round_id=asked.id)


@router.get("/programmes/{programme_id}/rounds", response_model=list[RoundView])
async def rounds(programme_id: Id, caller: Manager, store: Database, say: Saying, paging: Paged) -> Response:
    """The programme's rounds, the newest first."""
    await managed(programme_id, caller, store.unit())
    which = {"programme_id": programme_id}

    async def read(after: Key, limit: int) -> tuple[Iterator[RoundView], Key]:
        page = await store.page(Round, which, sort=NEWEST_FIRST, after=after, limit=limit, without=COUPLES)
        return (RoundView.of(each, say) for each in page.items), page.then

    return await paging.answer(RoundView, read)


@router.get("/rounds/{round_id}")
async def one_round(round_id: Id, caller: Manager, store: Database, say: Saying, retell: Retelling) -> RoundDetails:
    """How the round went, or is going, with its proof and its quality."""
    return RoundDetails.in_full(await _seen(round_id, caller, store.unit()), say, retell)


@router.get("/rounds/{round_id}/pairs", response_model=list[PairView])
async def pairs(
    round_id: Id, caller: Manager, store: Database, say: Saying, paging: Paged, state: PairState | None = None
) -> Response:
    """The pairs this round proposed, by id; ``state`` picks some."""
    await _seen(round_id, caller, store.unit())
    states = [state.value] if state else list(PairState)  # named even when all: the index then gives the order
    which = {"round_id": round_id, "state": {"$in": states}}

    async def read(after: Key, limit: int) -> tuple[Iterator[PairView], Key]:
        page = await store.page(Pair, which, after=after, limit=limit)
        return (PairView.of(pair, say) for pair in page.items), page.then

    return await paging.answer(PairView, read)


@router.get("/rounds/{round_id}/left-over", response_model=list[PlaceView])
async def left_over(round_id: Id, caller: Manager, store: Database, say: Saying, paging: Paged) -> Response:
    """Whom this round leaves over and why, by participant id."""
    seen = await _seen(round_id, caller, store.unit())
    which = places_after(round_id, seen.attempts, "")

    async def read(after: Key, limit: int) -> tuple[Iterator[PlaceView], Key]:
        page = await store.page(Place, which, after=after, limit=limit)
        return (PlaceView.of(place, say) for place in page.items), page.then

    return await paging.answer(PlaceView, read)


@router.post("/rounds/{round_id}/approve", status_code=202)
async def approve(round_id: Id, caller: Manager, store: Database, say: Saying) -> RoundView:
    """Form every pair the round still proposes; other proposals of the programme no longer stand."""

    async def work(unit: Unit) -> Round:
        return await approve_all(unit, await _seen(round_id, caller, unit))

    return RoundView.of(await store.run(work), say)


@router.post("/rounds/{round_id}/cancel")
async def call_off(round_id: Id, caller: Manager, store: Database, say: Saying) -> RoundView:
    """Stop the round, or drop what it proposes; pairs approved one by one stay."""

    async def work(unit: Unit) -> Round:
        await _seen(round_id, caller, unit)
        return await cancel(unit, round_id)

    return RoundView.of(await store.run(work), say)


@router.get("/rounds/{round_id}/compare/{other_id}", response_model=ComparisonView, responses={409: {}})
async def compare(round_id: Id, other_id: Id, caller: Manager, store: Database, paging: Paged) -> Response:
    """What the other round reaches beyond this one, and for whom, by participant id."""
    unit = store.unit()
    found = await recalling.compare(store, await _seen(round_id, caller, unit), await _seen(other_id, caller, unit))

    async def read(after: Key, limit: int) -> tuple[Sequence[Change], Key]:
        return found.some(after, limit)

    def whole(some: list[Change]) -> ComparisonView:
        return ComparisonView(
            before=found.before,
            after=found.after,
            difference=found.after.beyond(found.before),
            settings=list(found.settings),
            turns=dict(found.turns),
            changes=some,
        )

    return await paging.answer(Change, read, whole)


async def _seen(round_id: str, caller: Caller, unit: Unit) -> Round:
    found = await unit.get(Round, round_id)
    await managed(found.programme_id, caller, unit)
    return found
