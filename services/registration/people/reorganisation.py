"""When somebody's place in the organisation is new, everybody whom it concerns is changed, in all programmes."""

from collections.abc import Sequence, Set

from services.registration.people.link import links_above, stored_links
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import HrsWord, Person
from services.registration.people.reporting import Links, managers_of
from services.registration.programmes.programme import Programme
from shared.domain.pieces import chunks, in_pieces
from shared.domain.work import Store, Unit
from shared.language.profile import Profile

NOBODY: Set[str] = frozenset()

Used = Set[tuple[str, str | None]]
"""Links that lines were worked out from, as ``Links.items()``; both, where one was another for the next line."""


async def follow(
    store: Store,
    moved: Set[str],
    *,
    corrected: Set[str] = NOBODY,
    settled: Set[str] = NOBODY,
    used: Used = frozenset(),
) -> None:
    """Bring everybody up to date whom it concerns that these people have ``moved``, or were ``corrected`` by HR.

    ``settled`` are participants who are right already, by the links that were ``used``. Links may change while lines
    are worked out from them, so it is looked again until they have not.
    """
    used = used | await _realigned(store, moved | corrected, corrected, settled)
    while moved := await _changed_since(store, used):
        used = await _realigned(store, moved, NOBODY, NOBODY)


async def _realigned(store: Store, people: Set[str], corrected: Set[str], settled: Set[str]) -> Used:
    used: set[tuple[str, str | None]] = set()

    async def realign(identities: Sequence[str]) -> Links:
        return await store.run(lambda unit: _realign(unit, identities, corrected))

    for some in chunks(people):
        for links in await in_pieces(await _concerned(store, some, settled), realign):
            used |= links.items()
    return used


async def _concerned(store: Store, people: Sequence[str], settled: Set[str]) -> list[str]:
    where = {
        "state": {"$ne": Standing.WITHDRAWN.value},
        "$or": [{"profile.managers": {"$in": people}}, {"person_id": {"$in": people}}],
    }
    return [identity for identity in await store.ids(Participant, where) if identity not in settled]


async def _realign(unit: Unit, identities: Sequence[str], corrected: Set[str]) -> Links:
    await unit.fetch((Participant, identity) for identity in identities)
    found = [await unit.find(Participant, identity) for identity in identities]
    participants = [each for each in found if each is not None and each.state is not Standing.WITHDRAWN]
    links = await links_above(unit, [participant.person_id for participant in participants], {})
    for before in participants:
        person = await unit.find(Person, before.person_id)
        word = person.hr if person and before.person_id in corrected else None
        profile = before.profile.model_copy(update={"managers": managers_of(before.person_id, links)})
        if word:
            profile = await _corrected(unit, before.programme_id, profile, word)
        after = before.described(profile, of_hr=word is not None)
        if after is not before:
            unit.save(after)
    return links


async def _corrected(unit: Unit, programme_id: str, profile: Profile, word: HrsWord) -> Profile:
    """With HR's word; but a country where the programme does not run is none of its people's."""
    programme = await unit.get(Programme, programme_id)
    there = word.country in programme.terms.countries
    return word.over(profile) if there else word.over(profile).model_copy(update={"country": profile.country})


async def _changed_since(store: Store, used: Used) -> Set[str]:
    """Who above somebody reports to another than one of these links says."""
    above = {manager for _, manager in used if manager} & {person_id for person_id, _ in used}
    now = await stored_links(store, above)
    return {person_id for person_id, manager in used if person_id in above and now.get(person_id) != manager}
