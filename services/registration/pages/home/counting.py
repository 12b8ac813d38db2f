"""How many pairs and people somebody manages in several programmes: as few questions for thirty of them as for one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from services.registration.board.card import PairCard
from services.registration.pages.board.scope import SIDES
from services.registration.people.participant import Participant, Standing
from services.registration.programmes.programme import Programme
from shared.domain.work import Store, Where
from shared.language.terms import Role
from shared.language.values.places import spellings
from shared.web.access import Caller


@dataclass(frozen=True)
class Theirs:
    """Programmes by id, and the countries of each whose people somebody manages: None for all of them."""

    programmes: Mapping[str, Programme]
    countries: Mapping[str, Collection[str] | None]

    @classmethod
    def of(cls, caller: Caller, programmes: Sequence[Programme]) -> Self:
        """What this caller manages of these programmes."""
        countries = {each.id: each.terms.countries for each in programmes}
        return cls(
            {each.id: each for each in programmes},
            {
                one: None if caller.covers(of_it) else frozenset(spellings(caller.managed(of_it)))
                for one, of_it in countries.items()
            },
        )

    async def pairs(self, store: Store, where: Where) -> Counter[str]:
        """Programme id → such pairs, with somebody of theirs in them."""
        whole = [one for one, countries in self.countries.items() if countries is None]
        counted = await store.counts(PairCard, {"programme_id": {"$in": whole}, **where}, ("programme_id",))
        return Counter({one: count for (one,), count in counted.items()}) + await self._partly(store, where)

    async def _partly(self, store: Store, where: Where) -> Counter[str]:
        """Of programmes they manage a part of: such pairs are few, and people many, so the pairs are read first."""
        partly = [one for one, countries in self.countries.items() if countries is not None]
        if not partly:
            return Counter()
        pairs = await store.values(PairCard, {"programme_id": {"$in": partly}, **where}, ("programme_id", *SIDES))
        people = sorted({who for _, *both in pairs for who in both})
        lives = dict(await store.values(Participant, {"_id": {"$in": people}}, ("_id", "profile.country")))
        return Counter(one for one, *both in pairs if any(self._has(one, lives.get(who, "")) for who in both))

    async def untrained(self, store: Store) -> Counter[str]:
        """Programme id → people of theirs who are not paired before a training."""
        applied = {"programme_id": {"$in": list(self.programmes)}, "state": Standing.APPLIED.value}
        counted = await store.counts(Participant, applied, ("programme_id", "profile.role", "profile.country"))
        found = Counter[str]()
        for (one, role, country), count in counted.items():
            if self._has(one, country) and self.programmes[one].terms.pairing.training.is_for(Role(role)):
                found[one] += count
        return found

    def _has(self, programme_id: str, country: str) -> bool:
        countries = self.countries[programme_id]
        return countries is None or country in countries
