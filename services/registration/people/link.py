"""Who reports to whom: with the person where somebody is registered here, by itself where they are not (yet).

Links are kept of everybody whom HR tells of, whether or not they take part, so that no reporting line breaks off where
a file, a programme or a country ends. They are pseudonymous: person ids, and the country that they were told of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from services.registration.people.person import Person
from services.registration.people.reporting import DEEPEST, Heard, Links
from services.registration.people.whereabouts import Covers, Whereabouts, whereabouts
from shared.domain.aggregate import Aggregate
from shared.domain.pieces import chunks
from shared.domain.shown import Shown
from shared.domain.work import Store, Unit


@dataclass(frozen=True, kw_only=True)
class Link(Aggregate):
    """Whom somebody reports to who is not registered here; ``id`` is their person id."""

    collection: ClassVar[str] = "links"
    about: ClassVar[tuple[str, ...]] = ("id",)
    shown: ClassVar[Shown] = Shown(to_themselves=("manager_id", "country"))
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("manager_id",),)

    manager_id: str
    country: str = ""
    """Where they work as far as it was told; whoever changes the link manages people there."""


async def fetched_links(unit: Unit, people: Iterable[str]) -> dict[str, str | None]:
    """Whom these people report to, as this unit of work sees it: two queries, one when all are registered."""
    people = set(people)
    await unit.fetch((Person, each) for each in people)
    persons = {each: await unit.find(Person, each) for each in people}
    await unit.fetch((Link, each) for each, person in persons.items() if person is None)
    return {each: person.manager_id if person else await _of_link(unit, each) for each, person in persons.items()}


async def _of_link(unit: Unit, person_id: str) -> str | None:
    link = await unit.find(Link, person_id)
    return link.manager_id if link else None


async def stored_links(store: Store, people: Iterable[str]) -> dict[str, str | None]:
    """Whom these people report to, as it is stored; those of whom it is not known are missing."""
    found: dict[str, str | None] = {}
    for some in chunks(people):
        for kind in (Link, Person):  # whoever is registered has it there
            found |= dict(await store.values(kind, {"_id": {"$in": some}}, ["_id", "manager_id"]))
    return found


async def decided(unit: Unit, heard: Mapping[str, Heard], known: Links, covers: Covers) -> dict[str, str | None]:
    """Whom these people report to, when all is taken in that whoever tells it may tell; ``known`` is what it was.

    What was unknown anybody in charge of a programme may add. To change it or to take it away is for whoever covers all
    countries the person takes part in; of one who takes part in nothing, the country the link was told of before
    and is told of now.
    """
    links = {each: said.manager_id for each, said in heard.items()}
    other = [each for each, manager in links.items() if known.get(each) not in (None, manager)]
    places = await whereabouts(unit.store, other) if other else {}
    for each in other:
        if not all(map(covers, await _countries(unit, each, heard[each], places))):
            links[each] = known[each]
    return links


async def _countries(unit: Unit, person_id: str, heard: Heard, places: Whereabouts) -> set[str]:
    if person_id in places:
        return set(places[person_id].values())
    link = await unit.find(Link, person_id)
    return {heard.country} | ({link.country} if link and link.country else set())


async def links_above(unit: Unit, people: Iterable[str], decided: Links) -> dict[str, str | None]:
    """Links from these people to the top, two queries a level; what was decided just now wins over what is stored."""
    links: dict[str, str | None] = {}
    level = set(people)
    for _ in range(DEEPEST + 1):
        stored = await fetched_links(unit, [each for each in level if each not in decided])
        found = {each: stored[each] if each in stored else decided[each] for each in level}
        links |= found
        level = {manager for manager in found.values() if manager} - links.keys()
        if not level:
            break
    return links


async def keep(unit: Unit, person_id: str, manager_id: str | None, country: str = "") -> bool:
    """Store the link where it belongs; whether it is another than before."""
    if (await fetched_links(unit, [person_id]))[person_id] == manager_id:
        return False
    if person := await unit.find(Person, person_id):
        unit.save(replace(person, manager_id=manager_id))
        return True
    link = await unit.find(Link, person_id)
    if manager_id is not None:
        unit.save(Link(id=person_id, manager_id=manager_id, country=country or (link.country if link else "")))
    elif link is not None:
        unit.delete(link)
    return True
