"""When somebody's place in the organisation is new, everybody below gets another reporting line, in all programmes."""

from collections.abc import Iterable, Sequence, Set

from services.registration.people.enrolment import links_above
from services.registration.people.participant import Participant, Standing
from services.registration.people.reporting import Links, managers_of
from shared.domain.pieces import chunks
from shared.domain.work import Store, Unit


async def follow(store: Store, moved: Iterable[str], said: Links, settled: Set[str]) -> None:
    """Bring the reporting lines of these people and of all below them up to date.

    ``said`` wins over the stored links; ``settled`` are participants whose line is right already.
    """
    for people in chunks(moved):
        for identities in chunks(await _concerned(store, people, settled)):

            async def work(unit: Unit, identities: Sequence[str] = identities) -> None:
                await _realign(unit, identities, said)

            await store.run(work)


async def _concerned(store: Store, people: Sequence[str], settled: Set[str]) -> list[str]:
    where = {
        "state": {"$ne": Standing.WITHDRAWN.value},
        "$or": [{"profile.managers": {"$in": people}}, {"person_id": {"$in": people}}],
    }
    return [identity for identity in await store.ids(Participant, where) if identity not in settled]


async def _realign(unit: Unit, identities: Sequence[str], said: Links) -> None:
    await unit.fetch((Participant, identity) for identity in identities)
    found = [await unit.find(Participant, identity) for identity in identities]
    participants = [participant for participant in found if participant is not None]
    links = await links_above(unit, [participant.person_id for participant in participants], said)
    for participant in participants:
        line = managers_of(participant.person_id, links)
        if line != participant.profile.managers and participant.state is not Standing.WITHDRAWN:
            unit.save(participant.described(participant.profile.model_copy(update={"managers": line})))
