"""What matching says: of pairs, and of the rounds that propose them."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.language.streams import OfProgramme, Stream
from shared.language.terms import Id
from shared.language.values.value import Value


class Criterion(Value):
    """One rule's share of a pair's score."""

    rule: str
    points: int


class _Pair(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PAIRS
    subject_field = key_field = "pair_id"

    pair_id: Id
    mentor_id: Id
    mentee_id: Id


class PairProposed(_Pair):
    """These two are suggested; a manager has yet to agree. ``round_id`` is None when the waiting list brought them."""

    round_id: Id | None
    score: int
    criteria: Annotated[tuple[Criterion, ...], Field(fail_fast=True)]


class PairFormed(_Pair):
    """These two are mentor and mentee from now on. ``round_id`` is None when the waiting list brought them."""

    round_id: Id | None
    score: int
    criteria: Annotated[tuple[Criterion, ...], Field(fail_fast=True)]


class PairDeclined(_Pair):
    """One of the two said no within the first days, without blame: nobody is told which. PairDissolved follows."""


class Parting(StrEnum):
    """Why a pair ended before its time."""

    WITHDRAWN = "withdrawn"
    MANAGER = "manager"
    OWN_WISH = "own-wish"
    DECLINED = "declined"


class PairDissolved(_Pair):
    """The pair ended before its time; both are free."""

    because: Parting


class PairCompleted(_Pair):
    """The pair reached the end of the programme."""


PairEnded = PairDissolved | PairCompleted


class PairState(StrEnum):
    """Whether the two still work together."""

    ACTIVE = "active"
    DISSOLVED = "dissolved"
    COMPLETED = "completed"


def state_after(event: PairEnded) -> PairState:
    """What became of a pair that ended."""
    match event:
        case PairDissolved():
            return PairState.DISSOLVED
        case PairCompleted():
            return PairState.COMPLETED


class PairRechecked(_Pair):
    """What is known of the two changed. ``broken`` names the hard rules that no longer hold; none: all hold again."""

    broken: Annotated[tuple[str, ...], Field(fail_fast=True)]


Count = Annotated[int, Field(ge=0)]


class _Round(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PAIRS
    subject_field = "round_id"
    key_field = "programme_id"

    round_id: Id


class MatchingRoundProgressed(_Round):
    """A running round has got this far: ``done`` of ``of`` steps of a stage; at most one a second."""

    stage: str
    done: Count
    of: Count


class MatchingRoundProposed(_Round):
    """A round suggests pairs and waits for a manager; each is told by PairProposed."""

    pairs: Count
    people: Count
    """Who would have a partner and has none now."""
    total_score: int
    gap: Count
    """Points to the proven bound; 0: no better set of pairs exists."""


class MatchingRoundCompleted(_Round):
    """A round is done: who was paired is told by PairFormed, how it went is told here."""

    logged = True

    pairs: Count
    people: Count
    """Who has a partner now and had none."""
    most_possible: Count
    """People that could be paired at most, proven."""
    total_score: int
    minimum_score: int
    """Points of the lowest pair; 0 when there is none."""
    gap: Count
    """Points to the proven bound; 0: no better set of pairs exists."""
    unmatched: dict[str, int]
    """Reason → number of people."""


class RoundFailure(StrEnum):
    """Why a round will not succeed."""

    PROGRAMME_OVER = "programme-over"
    WORKER_LOST = "worker-lost"
    DEFECT = "defect"


class MatchingRoundFailed(_Round):
    """A round ended without a result."""

    logged = True

    because: RoundFailure


class RoundCancellation(StrEnum):
    """Why a round is not wanted any more."""

    MANAGER = "manager"
    SUPERSEDED = "superseded"
    """Other proposals of the programme were approved instead."""


class MatchingRoundCancelled(_Round):
    """A round will form no (more) pairs; what it proposed no longer stands."""

    logged = True

    because: RoundCancellation


class MatchingRequested(OfProgramme):
    """A programme asks for a round; keyed by programme, so that it never runs two at once."""

    stream = Stream.MATCHING_REQUESTS
    subject_field = "round_id"
    key_field = "programme_id"

    round_id: Id
    by: Literal["manager", "schedule"] = "manager"
