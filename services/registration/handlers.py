"""What registration does when it hears an event: it keeps the live page up to date, and erases."""

from services.registration.board.card import MomentumEvent, PairCard, PairEvent
from services.registration.board.feed import Feed
from services.registration.notices.asking import (
    Two,
    foreseen,
    of_alarm,
    of_pair,
    of_participant,
    of_pulse,
    of_session,
    put,
)
from services.registration.notices.leading import of_alarms
from services.registration.notices.letter import Letter
from services.registration.people.erasure import Erasure
from services.registration.people.participant import Participant
from services.registration.privacy.erasing import erased_before
from services.registration.programmes.programme import Programme
from services.registration.webhooks.delivery import Delivery
from shared.domain.handlers import hears
from shared.domain.work import Unit
from shared.language.everybody import ErasureConfirmed
from shared.language.feedback import FeedbackSubmitted, PairAtRisk, PairRecovered
from shared.language.matching import MatchingRoundProgressed, PairCompleted, PairDissolved, PairFormed, PairRechecked
from shared.language.registration import (
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
)
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
from shared.settings import Settings

HAPPENINGS = tuple(
    kind
    for kind in REGISTRY.values()
    if issubclass(kind, OfProgramme)
    and kind.stream is not Stream.MATCHING_REQUESTS
    and kind not in (MatchingRoundProgressed, ParticipantIdentified)
)
"""Every event of a programme; commands have not happened yet, progress would push all else out of sight, and how
somebody's number is written is no news."""


def somebody_is_written_to(settings: Settings) -> bool:
    """Only where there is a mail server: letters that nobody sends would pile up."""
    return bool(settings.smtp_host)


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
    unit.save((known or Feed.of_event(event)).telling(event, unit.happened_at, unit.now))


@hears(
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    where=somebody_is_written_to,
    foresees=lambda event: [(Participant, event.participant_id), *foreseen(of_participant)(event)],
)
async def participant_is_written_to(
    event: ParticipantRegistered | ParticipantTrained | ParticipantWithdrawn, unit: Unit
) -> None:
    """Letters: that they take part, and that their training waits."""
    participant = await unit.find(Participant, event.participant_id)
    entered = participant is not None and participant.entered
    await put(unit, of_participant(event, unit.happened_at, entered=entered))


@hears(PairFormed, PairDissolved, PairCompleted, where=somebody_is_written_to, foresees=foreseen(of_pair))
async def pair_is_written_to(event: PairFormed | PairDissolved | PairCompleted, unit: Unit) -> None:
    """Letters: who one's partner is, and that one has none any more."""
    await put(unit, of_pair(event, unit.happened_at))


@hears(
    SessionScheduled,
    SessionRescheduled,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    where=somebody_is_written_to,
    foresees=foreseen(of_session),
)
async def session_is_written_about(event: SessionEvent, unit: Unit) -> None:
    """Letters: when the two meet, that they meet soon, whether they met, and how it was."""
    await put(unit, of_session(event, unit.happened_at))


@hears(FeedbackSubmitted, where=somebody_is_written_to)
async def pulse_is_answered(event: FeedbackSubmitted, unit: Unit) -> None:
    """Nobody is asked any more how it was."""
    await put(unit, of_pulse(event))


@hears(PairAtRisk, where=somebody_is_written_to)
async def alarm_is_written_about(event: PairAtRisk, unit: Unit) -> None:
    """Letters: gently to the two, that they have lost sessions; plainly to the contacts of the programme."""
    card = await unit.need(PairCard, event.pair_id)
    await put(unit, of_alarm(event, Two(card.mentor_id, card.mentee_id), unit.happened_at))
    if programme := await unit.find(Programme, event.programme_id):
        await put(unit, of_alarms(programme, unit.happened_at))


@hears(ParticipantErased)
async def participant_erased(event: ParticipantErased, unit: Unit) -> None:
    """Erases them here, where a restored database does not know of it yet; confirms."""
    unit.delete_where(Letter, {"participant_id": event.participant_id})
    unit.delete_where(Delivery, {"$or": [{name: event.participant_id} for name in Delivery.about]})
    await erased_before(unit, event)
    await confirm_erased(unit, event)


@hears(ErasureConfirmed)
async def erasure_confirmed(event: ErasureConfirmed, unit: Unit) -> None:
    """The erasure is complete when every service has confirmed it for every participation.

    Waits for the erasure, which a restored database learns of again from ParticipantErased.
    """
    if event.erasure_id is not None:
        erasure = await unit.need(Erasure, event.erasure_id)
        unit.save(erasure.confirming(event.participant_id, event.service, unit.happened_at))
