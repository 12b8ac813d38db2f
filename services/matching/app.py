"""The matching service: these handlers and these APIs."""

from fastapi import APIRouter

from services.matching import api, handlers, rounds_api
from services.matching.member import Member
from services.matching.metrics import metrics
from services.matching.pair import Pair
from services.matching.programme import Programme
from services.matching.report import Place
from services.matching.round import Request, Round
from services.matching.waiting_list import WaitingList
from services.matching.worker import kept_warm
from shared.erasing import Erased
from shared.events import (
    ErasureConfirmed,
    MatchingRequested,
    MatchingRoundCancelled,
    MatchingRoundCompleted,
    MatchingRoundFailed,
    MatchingRoundProgressed,
    MatchingRoundProposed,
    PairCompleted,
    PairDeclined,
    PairDissolved,
    PairFormed,
    PairProposed,
    PairRechecked,
)
from shared.service import Service

router = APIRouter()
router.include_router(api.router)
router.include_router(rounds_api.router)

service = Service(
    name="matching",
    says=(
        MatchingRequested,
        MatchingRoundProgressed,
        MatchingRoundProposed,
        MatchingRoundCompleted,
        MatchingRoundFailed,
        MatchingRoundCancelled,
        PairProposed,
        PairFormed,
        PairDeclined,
        PairDissolved,
        PairRechecked,
        PairCompleted,
        ErasureConfirmed,
    ),
    handlers=handlers,
    router=router,
    aggregates=(Programme, Member, Round, Request, Place, Pair, WaitingList, Erased),
    metrics=metrics,
    beside=kept_warm,
)
