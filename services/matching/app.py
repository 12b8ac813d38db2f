"""The matching service: these handlers and this API."""

from services.matching import api, handlers
from services.matching.member import Member
from services.matching.pair import Pair
from services.matching.programme import Programme
from services.matching.round import Request, Round
from shared.events import MatchingRequested, MatchingRoundCompleted, PairCompleted, PairDissolved, PairFormed
from shared.service import Service

service = Service(
    name="matching",
    says=(MatchingRequested, PairFormed, PairDissolved, PairCompleted, MatchingRoundCompleted),
    handlers=handlers,
    router=api.router,
    aggregates=(Programme, Member, Round, Request, Pair),
)
