"""What feedback does when it hears an event."""

from dataclasses import replace
from datetime import datetime

from uuid_utils import uuid4

from services.feedback.figures.counting import Count, counted
from services.feedback.figures.group import Told
from services.feedback.figures.summing import summary_now
from services.feedback.momentum.momentum import Momentum
from services.feedback.people.participant import Participant
from services.feedback.people.programme import Programme
from services.feedback.pulse.pulse import Pulse
from shared.domain.handlers import hears, when_due
from shared.domain.work import Unit
from shared.language.feedback import ProgrammeCounted
from shared.language.matching import PairCompleted, PairDissolved, PairEnded, PairFormed
from shared.language.registration import (
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ProgrammeChanged,
    ProgrammeOpened,
)
from shared.language.sessions import (
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
    Settled,
)
from shared.privacy.erasing import confirm_erased


@hears(ProgrammeOpened, ProgrammeChanged, changes=Programme, found_by="programme_id", starts=Programme.told_by)
def terms_set(_: Programme, event: ProgrammeOpened | ProgrammeChanged) -> Programme:
    """Keeps the terms: momentum is judged by the newest."""
    return Programme.told_by(event)


@hears(ProgrammeOpened, ProgrammeChanged)
async def counting_begins(event: ProgrammeOpened | ProgrammeChanged, unit: Unit) -> None:
    """From now on the figures are looked at once an hour, and the group is told."""
    count = Count.beginning(unit.store.origin.region, event.programme_id, unit.now)
    if await unit.find(Count, count.id) is None:
        unit.save(count)


@when_due(Count)
async def count_programme(count: Count, now: datetime, unit: Unit) -> None:
    """Tell the group how the programme stands, if that has changed."""
    summary = await summary_now(unit.store, count.programme_id)
    unit.save(count.counted(counted(unit.store.origin.region, summary), now))


@hears(ProgrammeCounted, changes=Told, found_by="count_id")
async def programme_counted(event: ProgrammeCounted, unit: Unit) -> None:
    """Keeps the figures, of this region and of those whose statistics are mirrored to here."""
    await unit.find(Told, event.count_id)
    unit.save(Told(id=event.count_id, counted=event, counted_at=unit.happened_at))


@hears(ParticipantRegistered, changes=Participant, found_by="participant_id", starts=Participant.told_by)
def participant_registered(_: Participant, event: ParticipantRegistered) -> Participant:
    """Keeps who takes which part, to know whose pulse it will be."""
    return Participant.told_by(event)


@hears(ParticipantIdentified, changes=Participant, found_by="participant_id")
def participant_identified(participant: Participant, event: ParticipantIdentified) -> Participant:
    """Keeps what the person's number gives today, so that their token is theirs however the number is written."""
    return replace(participant, known_as=event.known_as)


@hears(ParticipantErased)
async def participant_erased(event: ParticipantErased, unit: Unit) -> None:
    """Forgets who took which part and what they wrote; ratings stay and name nobody; confirms."""
    participant = await unit.find(Participant, event.participant_id)
    if participant is not None:
        unit.delete(participant)
    nobody = f"erased-{uuid4()}"
    for pulse in await unit.store.all(Pulse, {"participant_id": event.participant_id}):
        unit.save((await unit.need(Pulse, pulse.id)).anonymous(nobody))
    await confirm_erased(unit, event)


@hears(PairFormed, changes=Momentum, found_by="pair_id", starts=Momentum.of)
def pair_formed(momentum: Momentum, _: PairFormed) -> Momentum:
    """Begins the pair's momentum: one without sessions counts too; sessions may have been heard of before."""
    return momentum


@hears(PairDissolved, PairCompleted, changes=Momentum, found_by="pair_id", starts=Momentum.of)
def pair_ended(momentum: Momentum, event: PairEnded) -> Momentum:
    """Ends it: no alarm is raised for a pair that is no more."""
    return momentum.ended(event)


@hears(SessionScheduled, SessionRescheduled, changes=Momentum, found_by="pair_id", starts=Momentum.of)
def session_planned(momentum: Momentum, event: SessionScheduled | SessionRescheduled) -> Momentum:
    """Keeps what is planned, and for when."""
    return momentum.planned(event)


@hears(
    SessionHeld,
    SessionCancelled,
    SessionMissed,
    changes=Momentum,
    found_by="pair_id",
    starts=Momentum.of,
    needs={"programme_id": Programme},
)
def session_settled(momentum: Momentum, event: Settled, programme: Programme) -> Momentum:
    """One more session held or lost: the alarm, or the all-clear."""
    return momentum.settled(event, programme.terms.momentum)
