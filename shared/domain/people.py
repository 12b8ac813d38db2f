"""Who somebody is here: one id for one employee number, in tokens, imports, exports and erasures alike.

An id is a keyed hash of the number's normal form, so that nobody without the key can test guesses. Versions before
hashed the number as it was written. Whoever is known by such an id keeps it: registration tells every service what the
normal form gives (``known_as``). Where it does not know the number itself, that number as it is written leads to them.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from shared.domain.aggregate import Aggregate
from shared.domain.work import Store, Where
from shared.language.values.same import same_number


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """What one employee number gives: today, and before there was a normal form; often that is the same."""

    id: str
    before: str


class Part(Protocol):
    """Whatever stands for somebody's part in a programme."""

    @property
    def person_id(self) -> str: ...
    @property
    def known_as(self) -> str | None:
        """What the person's number gives today, where that is not ``person_id``."""


@dataclass(frozen=True, slots=True)
class PersonIds:
    """A person's. ``ids`` are all they were ever given: the normal form's first, then those of before."""

    id: str
    """By which they are known here, or will be."""
    ids: tuple[str, ...]

    @property
    def known_as(self) -> str | None:
        """What their number gives today, where they are known by another id."""
        return self.ids[0] if self.ids[0] != self.id else None


def parts_of(ids: Collection[str]) -> Where:
    """What a person of these ids is, or was, in programmes."""
    return {"$or": [{name: {"$in": sorted(ids)}} for name in ("person_id", "known_as")]}


def pairs_of(participant_ids: Collection[str]) -> Where:
    """What has one of them on either side."""
    return {"$or": [{side: {"$in": sorted(participant_ids)}} for side in ("mentor_id", "mentee_id")]}


def pseudonym(employee_id: str, key: str) -> Pseudonym:
    """What this number gives."""
    return Pseudonym(person_id(employee_id, key), _hashed(employee_id.strip(), key))


def person_id(employee_id: str, key: str) -> str:
    """The opaque id of a person in all services."""
    return _hashed(same_number(employee_id), key)


def _hashed(text: str, key: str) -> str:
    digest = hashlib.blake2b(text.encode(errors="replace"), key=key.encode()[:64], digest_size=12)
    return f"person-{digest.hexdigest()}"


@dataclass(frozen=True)
class People:
    """Finds people by their numbers among those whom one service knows."""

    store: Store
    key: str = field(repr=False)
    kinds: Sequence[type[Aggregate]]
    """What stands for somebody's part in a programme: it has a ``person_id`` and what that is ``known_as``."""

    @classmethod
    def among(cls, kinds: Iterable[type[Aggregate]], store: Store, key: str) -> Self:
        """Of all that a service keeps."""
        return cls(store, key, [kind for kind in kinds if "known_as" in kind.about])

    async def one(self, employee_id: str) -> PersonIds:
        """Whose number that is."""
        return (await self.many([employee_id]))[employee_id]

    async def many(self, employee_ids: Iterable[str]) -> dict[str, PersonIds]:
        """Employee number → whose it is; one query for all of them, a second where some are written unusually."""
        numbers = {number: pseudonym(number, self.key) for number in employee_ids}
        found = await self._whose(set(numbers.values()))
        return {number: found[given] for number, given in numbers.items()}

    async def whose(self, given: Pseudonym) -> PersonIds:
        """Whose number gave that."""
        return (await self._whose([given]))[given]

    async def _whose(self, pseudonyms: Collection[Pseudonym]) -> Mapping[Pseudonym, PersonIds]:
        others: dict[str, set[str]] = {}
        for known_as, person in await self._values("known_as", {each.id for each in pseudonyms}):
            others.setdefault(known_as, set()).add(person)
        unusual = {each for each in pseudonyms if each.id in others or each.before != each.id}
        here = await self._here({one for each in unusual for one in (each.id, each.before)})
        return {each: _chosen(each, sorted(others.get(each.id, ())), here) for each in pseudonyms}

    async def of(self, person: str) -> PersonIds:
        """Whose id that is, with all others they have."""
        for _, known_as in await self._values("person_id", {person}, "known_as"):
            if known_as:
                others = {person for _, person in await self._values("known_as", {known_as})}
                return PersonIds(person, tuple(dict.fromkeys((known_as, *sorted(others)))))
        return PersonIds(person, (person,))

    async def _here(self, people: Collection[str]) -> set[str]:
        return {person for person, _ in await self._values("person_id", people)} if people else set()

    async def _values(self, field: str, values: Collection[str], other: str = "person_id") -> set[tuple[str, str]]:
        where: Where = {field: {"$in": sorted(values)}}
        rows = [row for kind in self.kinds for row in await self.store.values(kind, where, (field, other))]
        return {(first, second) for first, second in rows}


def _chosen(given: Pseudonym, others: Sequence[str], here: Collection[str]) -> PersonIds:
    """Who was there before under the number as it is written; else who is there; else whoever comes."""
    ids = tuple(dict.fromkeys((given.id, given.before, *others)))
    if given.before in here:
        return PersonIds(given.before, ids)
    return PersonIds(given.id if given.id in here or not others else others[0], ids)
