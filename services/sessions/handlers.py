"""What sessions does when it hears of programmes, participants and pairs, and when nobody confirms a session."""

from dataclasses import replace
from datetime import datetime

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.planning.planning import plan
from services.sessions.series.diary import Diary
from services.sessions.series.parties import Parties
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.handlers import hears, when_due
from shared.domain.work import Unit
from shared.language.matching import PairCompleted, PairDissolved, PairEnded, PairFormed
from shared.language.reasons import Reason
from shared.language.registration import (
    ParticipantChanged,
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ParticipantWithdrawn,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from shared.language.sessions import Cancellation, Outcome
from shared.privacy.erasing import confirm_erased


@hears(ProgrammeOpened, changes=Programme, found_by="programme_id", starts=Programme.opened)
def programme_opened(programme: Programme, event: ProgrammeOpened) -> Programme:
    """Keeps the programme's terms."""
    return replace(programme, terms=event.terms, over=False)


@hears(ProgrammeChanged, changes=Programme, found_by="programme_id")
def programme_changed(programme: Programme, event: ProgrammeChanged) -> Programme:
    """Keeps the new terms; sessions that are planned stay where they are."""
    return replace(programme, terms=event.terms)


@hears(ProgrammeClosed, changes=Programme, found_by="programme_id")
def programme_closed(programme: Programme, _: ProgrammeClosed) -> Programme:
    """Remembers that it is over."""
    return replace(programme, over=True)


@hears(ParticipantRegistered, changes=Participant, found_by="participant_id", starts=Participant.registered)
def participant_registered(_: Participant, event: ParticipantRegistered) -> Participant:
    """Keeps where and when they work."""
    return Participant.registered(event)


@hears(ParticipantIdentified, changes=Participant, found_by="participant_id")
def participant_identified(participant: Participant, event: ParticipantIdentified) -> Participant:
    """Keeps what the person's number gives today, so that their token is theirs however the number is written."""
    return replace(participant, known_as=event.known_as)


@hears(ParticipantChanged, changes=Participant, found_by="participant_id")
def participant_changed(participant: Participant, event: ParticipantChanged) -> Participant:
    """Keeps where and when they work now; sessions that are planned stay where they are."""
    return participant.with_profile(event.profile)


@hears(ParticipantWithdrawn, changes=Participant, found_by="participant_id")
def participant_withdrawn(participant: Participant, _: ParticipantWithdrawn) -> Participant:
    """Remembers it; the end of the pair comes as PairDissolved."""
    return replace(participant, withdrawn=True)


@hears(ParticipantErased)
async def participant_erased(event: ParticipantErased, unit: Unit) -> None:
    """Deletes the diary, empties the participant, forgets why sessions were cancelled; confirms.

    Sessions stay as times and outcomes of a pair; what is planned falls away when matching parts the two.
    """
    participant = await unit.find(Participant, event.participant_id)
    diary = await unit.find(Diary, participant.person_id) if participant and not participant.erased else None
    if diary is not None:
        unit.delete(diary)
    unit.save(Participant.forgotten(event))
    sides = [{"mentor_id": event.participant_id}, {"mentee_id": event.participant_id}]
    theirs = {"programme_id": event.programme_id, "because": {"$ne": None}, "$or": sides}
    for session in await unit.store.all(Session, theirs):
        unit.save((await unit.need(Session, session.id)).without_reason())
    await confirm_erased(unit, event)


@hears(PairFormed, needs={"programme_id": Programme, "mentor_id": Participant, "mentee_id": Participant})
async def pair_formed(event: PairFormed, unit: Unit) -> None:
    """Plans the series and enters it in both diaries, once the programme and both people are known."""
    parties = await Parties.of(event, unit)
    if not parties.complete:
        unit.save(Series.of(event, count=0, shortfall=Reason("somebody-gone")))
        return
    diaries = await parties.diaries(unit)
    terms, busy = parties.programme.terms, [span for diary in diaries for span in diary.busy]
    found = plan(terms, parties.mentor.calendar, parties.mentee.calendar, busy, unit.now)
    series = Series.of(event, count=len(found.slots), shortfall=found.shortfall)
    sessions = [
        Session.schedule(series, number, starts_at, ends_at, terms.plan.confirm_within_days)
        for number, (starts_at, ends_at) in enumerate(found.slots, start=1)
    ]
    for diary in diaries:
        unit.save(diary.book((session.booking for session in sessions), unit.now))
    for aggregate in (series, *sessions):
        unit.save(aggregate)


@hears(
    PairDissolved,
    PairCompleted,
    needs={"pair_id": Series, "programme_id": Programme, "mentor_id": Participant, "mentee_id": Participant},
)
async def pair_ended(event: PairEnded, unit: Unit) -> None:
    """Cancels what had not begun when the pair ended (`pair-ended`) and frees both diaries, once it has its series.

    However late that is heard of: nobody meets any more, and what begins until then would count as missed.
    """
    series = await unit.need(Series, event.pair_id)
    await unit.fetch([(Session, one) for one in series.session_ids])
    sessions = [await unit.need(Session, one) for one in series.session_ids]
    ahead = [one for one in sessions if one.state is Outcome.SCHEDULED and one.starts_at > unit.happened_at]
    for session in ahead:
        unit.save(session.cancel(by=None, because=Cancellation.PAIR_ENDED, now=unit.happened_at))
    for diary in await (await Parties.of(event, unit)).diaries(unit):
        unit.save(diary.free({session.id for session in ahead}))
    unit.save(replace(series, ended=True))


@when_due(Session)
async def nobody_confirmed(session: Session, now: datetime, unit: Unit) -> None:
    """It counts as missed."""
    unit.save(session.miss(now))
