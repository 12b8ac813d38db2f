"""Reporting lines while a file is imported: what it says of managers, beside what is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from services.registration.people.enrolment import Around
from services.registration.people.erasure import erased_of
from services.registration.people.link import decided, fetched_links, keep, links_above, stored_links
from services.registration.people.reporting import Heard, passing_over
from services.registration.people.whereabouts import Covers, whereabouts
from shared.domain.people import PersonIds
from shared.domain.pieces import chunks, in_pieces
from shared.domain.work import Store, Unit


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Whom everybody reports to once the file has been taken in."""

    store: Store
    covers: Covers
    heard: Mapping[str, Heard]
    several: Mapping[str, PersonIds]
    """Of those who have more than one id, all."""
    above: dict[str, str | None] = field(default_factory=dict)
    """Of those above somebody; all others' links are of no interest to anybody else."""

    @classmethod
    async def of(
        cls, store: Store, covers: Covers, heard: Mapping[str, Heard], several: Mapping[str, PersonIds]
    ) -> Self:
        """As far as the file may say it, and of nobody who was erased."""
        erased = await erased_of(store, _all_ids(_managers(heard), several))
        lines = cls(store=store, covers=covers, heard=passing_over(erased, heard), several=several)
        for some in chunks(_managers(lines.heard) & lines.heard.keys()):
            said, known = lines._of(some), await stored_links(store, some)
            lines.above.update(await decided(store.unit(), said, known, covers))
        return lines

    async def around(self, unit: Unit, whose: Sequence[PersonIds], programme_id: str) -> Around:
        """What is known around these people, in the unit of work that takes them into the programme."""
        people = [each.id for each in whose]
        known = await fetched_links(unit, people)
        own = known | await decided(unit, self._of(people), known, self.covers)
        return Around(
            links=await links_above(unit, people, {**self.above, **own}),
            elsewhere=await whereabouts(self.store, people, but=programme_id),
            erased=await erased_of(self.store, whose),
        )

    async def keep(self, people: Iterable[str]) -> set[str]:
        """Keep the links of those who were not taken in; who of them reports to somebody else than before."""
        moved: set[str] = set()

        async def some(people: Sequence[str]) -> list[str]:
            return await self.store.run(partial(self._keep, people=people))

        for those in await in_pieces(people, some):
            moved.update(those)
        return moved

    async def _keep(self, unit: Unit, people: Sequence[str]) -> list[str]:
        links = await decided(unit, self._of(people), await fetched_links(unit, people), self.covers)
        left = links.keys() - await erased_of(self.store, _all_ids(people, self.several))
        return [each for each in left if await keep(unit, each, links[each], self.heard[each].country)]

    def _of(self, people: Iterable[str]) -> dict[str, Heard]:
        return {each: self.heard[each] for each in people if each in self.heard}


def _all_ids(people: Iterable[str], several: Mapping[str, PersonIds]) -> list[PersonIds]:
    return [several.get(each) or PersonIds(each, (each,)) for each in people]


def _managers(heard: Mapping[str, Heard]) -> set[str]:
    return {said.manager_id for said in heard.values() if said.manager_id}
