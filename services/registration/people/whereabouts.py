"""Where people take part: who changes a person must manage people of all these countries."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.registration.people.participant import Participant
from shared.domain.work import Store

Covers = Callable[[str], bool]
"""Whether whoever asks may act for people of that country."""

Whereabouts = Mapping[str, Mapping[str, str]]
"""Person id → participant id → country. Whoever withdrew counts too: their name still stands there."""


async def whereabouts(store: Store, people: Iterable[str], *, but: str = "") -> Whereabouts:
    """Of those of these people who take part in something, ``but`` not in that programme: one query.

    In a unit of work the person has to be read before: whoever brings them in somewhere else at the same time saves the
    person too, and one of both starts over.
    """
    where: dict[str, Any] = {"person_id": {"$in": list(people)}, "programme_id": {"$ne": but}}
    places: dict[str, dict[str, str]] = {}
    for person_id, identity, country in await store.values(Participant, where, ["person_id", "_id", "profile.country"]):
        places.setdefault(person_id, {})[identity] = country
    return places
