"""The published language: every event, its stream and its version.

No event carries personal data: ids are opaque, reasons are categories, what people wrote stays in the service
they wrote it to.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.profile import Profile
from shared.programme import REGION, Id, Role, Terms
from shared.skills import Topic, Value
from shared.streams import Event, Stream


class OfProgramme(Event):
    """Base of all that happens in a programme."""

    abstract: ClassVar[bool] = True

    programme_id: Id


# -- programmes, said by registration


class _Programme(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PROGRAMMES
    subject_field = key_field = "programme_id"


class ProgrammeOpened(_Programme):
    """A programme takes applications from now on."""

    terms: Terms


class ProgrammeChanged(_Programme):
    """The terms are different from now on."""

    terms: Terms


class RegistrationClosed(_Programme):
    """Nobody can apply any more."""


class ProgrammeClosed(_Programme):
    """The programme is over."""


# -- participants, said by registration


class _Participant(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PARTICIPANTS
    subject_field = key_field = "participant_id"

    participant_id: Id


class ParticipantRegistered(_Participant):
    """Somebody takes part. ``person_id`` is the same in every programme."""

    person_id: Id
    profile: Profile


class ParticipantChanged(_Participant):
    """The profile is different from now on (an own correction, or a change in HR's data)."""

    profile: Profile


class ParticipantTrained(_Participant):
    """The training for the participant's role is done."""


class Withdrawal(StrEnum):
    """Why somebody steps back; nobody is asked for more than the category."""

    OWN_WISH = "own-wish"
    LEFT_COMPANY = "left-company"
    MANAGER = "manager"


class ParticipantWithdrawn(_Participant):
    """Somebody no longer takes part."""

    because: Withdrawal


class ParticipantErased(_Participant):
    """Everything about this participant is to be forgotten."""

    erasure_id: Id | None = None
    """What confirmations of it name."""


# -- pairs, said by matching


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
    criteria: tuple[Criterion, ...]


class PairFormed(_Pair):
    """These two are mentor and mentee from now on. ``round_id`` is None when the waiting list brought them."""

    round_id: Id | None
    score: int
    criteria: tuple[Criterion, ...]


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


class PairRechecked(_Pair):
    """What is known of the two changed. ``broken`` names the hard rules that no longer hold; none: all hold again."""

    broken: tuple[str, ...]


# -- rounds, said by matching


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

    because: RoundFailure


class RoundCancellation(StrEnum):
    """Why a round is not wanted any more."""

    MANAGER = "manager"
    SUPERSEDED = "superseded"
    """Other proposals of the programme were approved instead."""


class MatchingRoundCancelled(_Round):
    """A round will form no (more) pairs; what it proposed no longer stands."""

    because: RoundCancellation


# -- sessions, said by sessions


class _Session(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.SESSIONS
    subject_field = "session_id"
    key_field = "pair_id"

    session_id: Id
    pair_id: Id
    mentor_id: Id
    mentee_id: Id
    number: Annotated[int, Field(ge=1)]
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class SessionScheduled(_Session):
    """A session stands in both calendars."""


class SessionRescheduled(_Session):
    """The session takes place at another time; ``starts_at`` is the new one."""

    moved_from: AwareDatetime


class Cancellation(StrEnum):
    """Why a session does not take place."""

    NO_TIME = "no-time"
    ILL = "ill"
    TRAVELLING = "travelling"
    OTHER = "other"
    PAIR_ENDED = "pair-ended"


class SessionCancelled(_Session):
    """The session does not take place. ``by`` is None when a manager or the product (the pair ended) cancelled it."""

    by: Role | None
    because: Cancellation


class SessionHeld(_Session):
    """The two met."""

    confirmed_by: Role


class SessionMissed(_Session):
    """Nobody confirmed that it took place within the days the work plan allows."""


# -- feedback, said by feedback


class FeedbackSubmitted(OfProgramme):
    """Somebody answered the pulse after a session; what they answered stays in feedback."""

    stream = Stream.FEEDBACK
    subject_field = "pulse_id"
    key_field = "pair_id"

    pulse_id: Id
    pair_id: Id
    session_id: Id
    role: Role


class _Momentum(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.FEEDBACK
    subject_field = key_field = "pair_id"

    pair_id: Id


class Risk(StrEnum):
    """Behavioural facts that raise the alarm."""

    SESSIONS_LOST = "sessions-lost"


class PairAtRisk(_Momentum):
    """The pair is losing its momentum: somebody should act today."""

    because: Risk
    sessions_lost: int


class PairRecovered(_Momentum):
    """The pair met again."""


class ObjectiveMeasured(OfProgramme):
    """An objective of the programme was measured over ``people`` answers."""

    stream = Stream.FEEDBACK
    subject_field = "measurement_id"
    key_field = "programme_id"

    measurement_id: Id
    objective_id: Id
    value: float
    people: int


class PracticeShared(OfProgramme):
    """A mentor shared something that works; the text stays in feedback."""

    stream = Stream.FEEDBACK
    subject_field = "practice_id"
    key_field = "programme_id"

    practice_id: Id
    topic: Topic


class MentorRecognised(OfProgramme):
    """A mentor met the programme's published criteria for recognition."""

    stream = Stream.FEEDBACK
    subject_field = "recognition_id"
    key_field = "programme_id"

    recognition_id: Id
    participant_id: Id
    criteria: tuple[str, ...]


# -- erasures, said by every service


class ErasureConfirmed(Event):
    """This service has forgotten the participant: it holds nothing any more that tells of them."""

    stream = Stream.ERASURES
    subject_field = "confirmation_id"
    key_field = "participant_id"

    confirmation_id: Id
    erasure_id: Id | None
    participant_id: Id
    service: Annotated[str, Field(pattern=r"^[a-z-]{1,40}$")]


# -- statistics, said by feedback: what may cross regions, and so holds figures alone


def count_id(region: str, programme_id: str) -> str:
    """Under which a programme's figures are told: regions may have programmes of the same id."""
    return f"{region}.{programme_id}"


class PairCounts(Value):
    """Pairs by what became of them."""

    active: int = 0
    dissolved: int = 0
    completed: int = 0


class SessionCounts(Value):
    """Sessions by what became of them."""

    scheduled: int = 0
    held: int = 0
    cancelled: int = 0
    missed: int = 0


class ProgrammeCounted(Event):
    """A programme in figures, as it stands in one region; the next one replaces it.

    ``feeling`` and ``useful`` are means of the scale 1 to 5, absent while too few people stand behind them.
    """

    stream = Stream.STATISTICS
    subject_field = key_field = "count_id"

    count_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,20}\.[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$")]
    region: Annotated[str, Field(pattern=REGION)]
    programme_id: Id
    pairs: PairCounts
    sessions: SessionCounts
    at_risk: int
    recovered: int
    answered: int
    feeling: float | None = None
    useful: float | None = None


# -- commands


class MatchingRequested(OfProgramme):
    """A programme asks for a round; keyed by programme, so that it never runs two at once."""

    stream = Stream.MATCHING_REQUESTS
    subject_field = "round_id"
    key_field = "programme_id"

    round_id: Id
    by: Literal["manager", "schedule"] = "manager"


class ReplayRequested(Event):
    """A consumer found a hole in a stream and asks whoever says it to say it again."""

    stream = Stream.REPLAY_REQUESTS
    subject_field = "request_id"
    key_field = "wanted"

    request_id: Id
    wanted: Stream
    since: datetime
