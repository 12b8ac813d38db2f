"""Whoever was registered under a number as it was written is told of under what it gives today."""

from functools import partial

from services.registration.people.identifying import identify
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from shared.domain.people import Pseudonym, pseudonym
from shared.language.registration import ParticipantIdentified, Withdrawal
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import PROFILE

given = partial(pseudonym, key="a key that only tests know")
ODD: Pseudonym = given("Le\u0301a\u00a0 1")


def person(identity: str, number: str | None) -> Person:
    return Person(id=identity, name="A Name", email="a@x.example", employee_id=number)


def part(identity: str, programme: str = "spring") -> Participant:
    return Participant.registered(programme, identity, PROFILE)


async def test_it_is_told_of_every_participation_once_and_changes_nothing_else() -> None:
    parts = [part(ODD.before), part(ODD.before, "autumn").withdrawn(Withdrawal.OWN_WISH)]
    memory = MemoryStore(person(ODD.before, "Le\u0301a\u00a0 1"), *parts)
    await identify(memory, given)
    await identify(memory, given)

    assert {
        (said.participant_id, said.known_as) for said in memory.said if isinstance(said, ParticipantIdentified)
    } == {(each.id, ODD.id) for each in parts}
    assert len(memory.said) == 2
    kept = await memory.all(Participant, {})
    assert {(each.id, each.person_id, each.known_as) for each in kept} == {
        (each.id, ODD.before, ODD.id) for each in parts
    }
    assert {each.state for each in kept} == {Standing.APPLIED, Standing.WITHDRAWN}


async def test_what_was_told_of_one_participation_is_told_of_all() -> None:
    """Somebody applied twice oneself; then HR brought the number, and wrote it as others do."""
    first, second = part(ODD.before).identified(ODD.id), part(ODD.before, "autumn")
    memory = MemoryStore(person(ODD.before, "Léa 1"), first, second)
    await identify(memory, given)
    assert [said.subject for said in memory.said] == [second.id]


async def test_nothing_is_told_of_ordinary_numbers_of_unknown_ones_and_of_another_key() -> None:
    ordinary = given("E-1")
    memory = MemoryStore(
        person(ordinary.id, "E-1"),
        person("person-x", None),
        person("person-of-another-key", "Le\u0301a 2"),
        *map(part, (ordinary.id, "person-x", "person-of-another-key")),
    )
    await identify(memory, given)
    assert memory.said == []
