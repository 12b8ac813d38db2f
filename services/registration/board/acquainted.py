"""Who knows whom: the only names a reader is told are their own, their partners', and those of people they manage."""

from collections.abc import Collection

from services.registration.board.card import PairCard
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.people.whereabouts import Covers
from shared.domain.people import parts_of
from shared.domain.work import Store


async def names_known(store: Store, reader: Collection[str], covers: Covers, wanted: Collection[str]) -> dict[str, str]:
    """Participant id → name, of those wanted whom the reader may know; others are left out, as if they were not there.

    ``reader`` are the reader's person ids. A partner is known from the day the pair was formed, and stays known.
    """
    found = await store.all(Participant, {"_id": {"$in": list(wanted)}})

    def is_known(each: Participant) -> bool:
        return covers(each.profile.country) or not {each.person_id, each.known_as}.isdisjoint(reader)

    known = [each for each in found if is_known(each)]
    others = [each.id for each in found if not is_known(each)]
    if others and reader:
        partners = await _partners(store, reader, others)
        known += [each for each in found if each.id in partners and not is_known(each)]
    people = await store.all(Person, {"_id": {"$in": [each.person_id for each in known]}})
    names = {person.id: person.name for person in people}
    return {each.id: names[each.person_id] for each in known if each.person_id in names}


async def _partners(store: Store, reader: Collection[str], wanted: Collection[str]) -> set[str]:
    own = await store.ids(Participant, parts_of(reader))
    together = [
        {"mentor_id": {"$in": list(own)}, "mentee_id": {"$in": list(wanted)}},
        {"mentee_id": {"$in": list(own)}, "mentor_id": {"$in": list(wanted)}},
    ]
    cards = await store.all(PairCard, {"$or": together})
    return {side for card in cards for side in (card.mentor_id, card.mentee_id)}
