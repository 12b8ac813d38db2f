"""Who people on a page are: named only to whoever may know their names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.registration.board.card import PairCard
from services.registration.pages.board.scope import SIDES, Scope
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.work import Store


@dataclass(frozen=True)
class Face:
    """Somebody as a page shows them."""

    name: str = field(repr=False)
    """Empty where the reader may not know it, or nobody does."""
    time_zone: str
    country: str


@dataclass(frozen=True)
class Seen:
    """What pages with pairs on them share."""

    now: datetime
    faces: dict[str, Face]
    """By participant id."""

    def zones(self, card: PairCard) -> list[str]:
        """The time zones of the two, each once, the mentor's first."""
        known = [self.faces[each].time_zone for each in (card.mentor_id, card.mentee_id) if each in self.faces]
        return list(dict.fromkeys(known)) or ["UTC"]


async def faces_of(
    store: Store, cards: Iterable[PairCard], scope: Scope, others: Iterable[str] = ()
) -> dict[str, Face]:
    """Who is on the cards, and the others; only people of the scope have names."""
    ids = {*others, *(str(getattr(card, side)) for card in cards for side in SIDES)}
    participants = await store.all(Participant, {"_id": {"$in": list(ids)}})
    named = [each.person_id for each in participants if scope.has(each.profile.country)]
    names = {person.id: person.name for person in await store.all(Person, {"_id": {"$in": named}})}
    return {
        each.id: Face(names.get(each.person_id, ""), each.profile.time_zone, each.profile.country)
        for each in participants
    }
