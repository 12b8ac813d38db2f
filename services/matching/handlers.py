"""What matching does when it hears something, and when a round falls due."""

from dataclasses import replace
from datetime import datetime

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.waiting_list import WaitingList, save_seeking
from services.matching.pairs.completing import complete
from services.matching.pairs.pairing import steps_back
from services.matching.pairs.rechecking import recheck
from services.matching.privacy.erasing import erase
from services.matching.rounds.approving import approve
from services.matching.rounds.computing import compute
from services.matching.rounds.ending import fail, sweep
from services.matching.rounds.round import OPEN, TO_COMPUTE, Round, RoundState
from services.matching.waiting.serving import call, serve
from shared.domain.handlers import hears, when_due
from shared.domain.work import Unit
from shared.language.matching import MatchingRequested, RoundFailure
from shared.language.registration import (
    ParticipantChanged,
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)


def _new_programme(event: ProgrammeOpened | ProgrammeChanged) -> Programme:
    return Programme(id=event.programme_id, terms=event.terms)


@hears(ProgrammeOpened, ProgrammeChanged, changes=Programme, found_by="programme_id", starts=_new_programme)
def programme_told(programme: Programme, event: ProgrammeOpened | ProgrammeChanged) -> Programme:
    """Keeps the programme's terms."""
    return programme.with_terms(event.terms)


@hears(ProgrammeClosed, needs={"programme_id": Programme})
async def programme_closed(event: ProgrammeClosed, unit: Unit) -> None:
    """Whoever is still together has reached the end: pairs are completed part by part, open rounds fail."""
    programme = await unit.need(Programme, event.programme_id)
    unit.save(replace(programme.closed(), due_at=unit.now))
    for round_ in await unit.store.all(Round, {"programme_id": programme.id, "state": {"$in": list(OPEN)}}):
        await fail(unit, round_.id, RoundFailure.PROGRAMME_OVER)


@when_due(Programme)
async def programme_due(programme: Programme, now: datetime, unit: Unit) -> None:
    """It was closed."""
    unit.save(replace(programme, due_at=now if await complete(unit, programme.id) else None))


def _new_member(event: ParticipantRegistered) -> Member:
    return Member(
        id=event.participant_id, programme_id=event.programme_id, person_id=event.person_id, profile=event.profile
    )


@hears(ParticipantRegistered, changes=Member, found_by="participant_id")
async def registered(event: ParticipantRegistered, unit: Unit) -> None:
    """A new member; whoever is free and may be paired is served by the waiting list."""
    member = await unit.find(Member, event.participant_id) or _new_member(event)
    await _changed(member.registered(event.person_id, event.profile, unit.now), unit)


@hears(ParticipantIdentified, changes=Member, found_by="participant_id")
def identified(member: Member, event: ParticipantIdentified) -> Member:
    """Keeps what the person's number gives today, so that their token is theirs however the number is written."""
    return replace(member, known_as=event.known_as)


@hears(ParticipantChanged, changes=Member, found_by="participant_id")
async def changed(event: ParticipantChanged, unit: Unit) -> None:
    """Keeps what rules look at, serves whoever is free, and asks the rules again about their pairs."""
    member = await unit.need(Member, event.participant_id)
    await _changed(member.changed(event.profile, unit.now), unit)


async def _changed(member: Member, unit: Unit) -> None:
    await save_seeking(unit, member)
    await recheck(unit, member)


@hears(ParticipantTrained, changes=Member, found_by="participant_id")
async def trained(event: ParticipantTrained, unit: Unit) -> None:
    """Whoever may be paired now is served by the waiting list."""
    member = await unit.need(Member, event.participant_id)
    await save_seeking(unit, member.finished_training(unit.now))


@hears(ParticipantWithdrawn, needs={"participant_id": Member})
async def withdrawn(event: ParticipantWithdrawn, unit: Unit) -> None:
    """Parts their pairs and gives up what was proposed for them."""
    await steps_back(unit, await unit.need(Member, event.participant_id))


@hears(ParticipantErased)
async def erased(event: ParticipantErased, unit: Unit) -> None:
    """Forgets them: what is left is an id that tells nothing, and pairs without reasons; confirms."""
    await erase(event, unit)


@when_due(Member)
async def member_due(member: Member, _: datetime, unit: Unit) -> None:
    """Their turn on the waiting list; a pair takes a unit of its own, so that one conflict costs one pair."""
    await serve(member, unit)


@when_due(WaitingList)
async def waiting_list_due(waiting: WaitingList, _: datetime, unit: Unit) -> None:
    """Calls whoever became free and was not called."""
    await call(waiting, unit)


@hears(MatchingRequested, needs={"programme_id": Programme})
async def round_requested(event: MatchingRequested, unit: Unit) -> None:
    """The round may start, whoever asked for it."""
    known = await unit.find(Round, event.round_id)
    asked = known or Round(id=event.round_id, programme_id=event.programme_id, requested_at=unit.happened_at)
    unit.save(asked.ready(unit.now))


@when_due(Round, {"state": {"$in": TO_COMPUTE}})
async def round_to_compute(round_: Round, _: datetime, unit: Unit) -> None:
    """Takes units of its own: the claim has to be committed before the long computation. Holds up no other round."""
    await compute(unit.store, round_.id)


@when_due(Round, {"state": {"$nin": TO_COMPUTE}})
async def round_to_end(round_: Round, _: datetime, unit: Unit) -> None:
    """Takes units of its own: both approval and sweeping go in parts."""
    match round_.state:
        case RoundState.FAILED | RoundState.CANCELLED | RoundState.SUPERSEDED:
            await sweep(unit.store, round_.id)
        case _:
            await approve(unit.store, round_.id)
