"""What registration does when it hears an event: it keeps the live page up to date, and erases."""

from services.registration.board.card import MomentumEvent, PairCard, PairEvent
from services.registration.board.feed import Feed
from services.registration.people.erasure import Erasure
from services.registration.privacy.erasing import erased_before
from shared.domain.handlers import hears
from shared.domain.work import Unit
from shared.language.everybody import ErasureConfirmed
from shared.language.feedback import PairAtRisk, PairRecovered
from shared.language.matching import MatchingRoundProgressed, PairCompleted, PairDissolved, PairFormed, PairRechecked
from shared.language.registration import ParticipantErased
from shared.language.sessions import (
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
)
from shared.language.streams import REGISTRY, OfProgramme, Stream
from shared.privacy.erasing import confirm_erased

HAPPENINGS = tuple(
    kind
    for kind in REGISTRY.values()
    if issubclass(kind, OfProgramme)
    and kind.stream is not Stream.MATCHING_REQUESTS
    and kind is not MatchingRoundProgressed
)
"""Every event of a programme; commands have not happened yet, and progress would push all else out of sight."""


@hears(
    PairFormed,
    PairRechecked,
    PairDissolved,
    PairCompleted,
    changes=PairCard,
    found_by="pair_id",
    starts=PairCard.of_event,
)
def pair_changed(card: PairCard, event: PairEvent) -> PairCard:
    """The live page: whether the two are together, and which rules they break."""
    return card.paired(event)


@hears(
    SessionScheduled,
    SessionRescheduled,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    changes=PairCard,
    found_by="pair_id",
    starts=PairCard.of_event,
)
def session_changed(card: PairCard, event: SessionEvent) -> PairCard:
    """The live page: how often the two met, and when they meet next."""
    return card.meeting(event)


@hears(PairAtRisk, PairRecovered, changes=PairCard, found_by="pair_id")
async def momentum_changed(event: MomentumEvent, unit: Unit) -> None:
    """The live page: who needs help today."""
    card = await unit.find(PairCard, event.pair_id) or PairCard.of_event(event)
    unit.save(card.momentum(event, unit.happened_at))


@hears(*HAPPENINGS, changes=Feed, found_by="key")
async def told(event: OfProgramme, unit: Unit) -> None:
    """The live page: what just happened."""
    known = None if isinstance(event, ParticipantErased) else await unit.find(Feed, event.key)
    unit.save((known or Feed.of_event(event)).telling(event, unit.happened_at))


@hears(ParticipantErased)
async def participant_erased(event: ParticipantErased, unit: Unit) -> None:
    """Erases them here, where a restored database does not know of it yet; confirms."""
    await erased_before(unit, event)
    await confirm_erased(unit, event)


@hears(ErasureConfirmed)
async def erasure_confirmed(event: ErasureConfirmed, unit: Unit) -> None:
    """The erasure is complete when every service has confirmed it for every participation.

    Waits for the erasure, which a restored database learns of again from ParticipantErased.
    """
    if event.erasure_id is not None:
        erasure = await unit.need(Erasure, event.erasure_id)
        unit.save(erasure.confirming(event.participant_id, event.service, unit.now))
