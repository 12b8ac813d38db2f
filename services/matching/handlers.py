"""What matching does when it hears something, and when a round falls due."""

from datetime import datetime

from services.matching.member import Member
from services.matching.pair import Pair, PairState
from services.matching.programme import Programme
from services.matching.round import Round
from services.matching.running import part, run_round
from shared.events import (
    MatchingRequested,
    ParticipantChanged,
    ParticipantErased,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    Parting,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from shared.handlers import hears, when_due
from shared.store import Unit


def _new_programme(event: ProgrammeOpened | ProgrammeChanged) -> Programme:
    return Programme(id=event.programme_id, terms=event.terms)


@hears(ProgrammeOpened, ProgrammeChanged, changes=Programme, found_by="programme_id", starts=_new_programme)
def programme_told(programme: Programme, event: ProgrammeOpened | ProgrammeChanged) -> Programme:
    return programme.with_terms(event.terms)


@hears(ProgrammeClosed, needs={"programme_id": Programme})
async def programme_closed(event: ProgrammeClosed, unit: Unit) -> None:
    """Whoever is still together has reached the end."""
    programme = await unit.need(Programme, event.programme_id)
    unit.save(programme.closed())
    together = {"programme_id": programme.id, "state": PairState.FORMED.value}
    pairs = await unit.store.all(Pair, together)
    await unit.fetch((Pair, pair.id) for pair in pairs)
    for pair in pairs:
        unit.save((await unit.get(Pair, pair.id)).completed())


def _new_member(event: ParticipantRegistered) -> Member:
    return Member(
        id=event.participant_id, programme_id=event.programme_id, person_id=event.person_id, profile=event.profile
    )


@hears(ParticipantRegistered, changes=Member, found_by="participant_id", starts=_new_member)
def registered(member: Member, event: ParticipantRegistered) -> Member:
    return member.registered(event.person_id, event.profile)


@hears(ParticipantChanged, changes=Member, found_by="participant_id")
def changed(member: Member, event: ParticipantChanged) -> Member:
    return member.changed(event.profile)


@hears(ParticipantTrained, changes=Member, found_by="participant_id")
def trained(member: Member, _: ParticipantTrained) -> Member:
    return member.finished_training()


@hears(ParticipantWithdrawn, needs={"participant_id": Member})
async def withdrawn(event: ParticipantWithdrawn, unit: Unit) -> None:
    await _steps_back(event.participant_id, unit)


@hears(ParticipantErased, needs={"participant_id": Member})
async def erased(event: ParticipantErased, unit: Unit) -> None:
    await _steps_back(event.participant_id, unit)
    unit.save((await unit.need(Member, event.participant_id)).erased())


async def _steps_back(participant_id: str, unit: Unit) -> None:
    member = await unit.need(Member, participant_id)
    unit.save(member.steps_back())
    for pair_id in member.pairs:
        pair = await unit.get(Pair, pair_id)
        if pair.state is PairState.FORMED:
            await part(unit, pair, Parting.WITHDRAWN)


@hears(MatchingRequested, needs={"programme_id": Programme})
async def round_requested(event: MatchingRequested, unit: Unit) -> None:
    """The round may start, whoever asked for it."""
    known = await unit.find(Round, event.round_id)
    asked = known or Round(id=event.round_id, programme_id=event.programme_id, requested_at=unit.now)
    unit.save(asked.ready(unit.now))


@when_due(Round)
async def round_due(round_: Round, _: datetime, unit: Unit) -> None:
    """Takes units of its own, because the claim has to be committed before the long computation."""
    await run_round(unit.store, round_.id)
