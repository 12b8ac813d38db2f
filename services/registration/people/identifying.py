"""Whoever was registered by a version that took an employee number as it was written is found by its normal form."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.people import Pseudonym
from shared.domain.pieces import chunks, in_pieces
from shared.domain.work import Store, Unit

log = structlog.get_logger()


async def identify(store: Store, pseudonym: Callable[[str], Pseudonym]) -> None:
    """Tell all services of everybody whose number gives another id today; harmless when that was done."""
    known_as = await _known_otherwise(store, pseudonym)
    told = 0

    async def some(identities: Sequence[str]) -> None:
        await store.run(lambda unit: _identify(unit, identities, known_as))

    for people in chunks(sorted(known_as)):
        identities = await store.ids(Participant, {"person_id": {"$in": people}, "known_as": None})
        await in_pieces(identities, some)
        told += len(identities)
    if told:
        twice = await store.different(Participant, {"person_id": {"$in": sorted(known_as.values())}}, ["person_id"])
        log.info("people are found by their numbers' normal form", people=len(known_as), participations=told)
        if twice:
            log.warning("people are registered twice, under numbers that are the same: withdraw one", people=twice)


async def _known_otherwise(store: Store, pseudonym: Callable[[str], Pseudonym]) -> dict[str, str]:
    """Person id → what their number gives today, where that is another id.

    Once it was told of one participation it is known, even where HR has since written the number another way.
    """
    told = await store.values(Participant, {"known_as": {"$ne": None}}, ("person_id", "known_as"))
    numbers = await store.values(Person, {"employee_id": {"$ne": None}}, ("_id", "employee_id"))
    given = ((person_id, pseudonym(number)) for person_id, number in numbers)
    return dict(told) | {person_id: each.id for person_id, each in given if each.id != person_id == each.before}


async def _identify(unit: Unit, identities: Sequence[str], known_as: Mapping[str, str]) -> None:
    await unit.fetch((Participant, identity) for identity in identities)
    for identity in identities:
        participant = await unit.find(Participant, identity)
        if participant is not None:
            unit.save(participant.identified(known_as[participant.person_id]))
