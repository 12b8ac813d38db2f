"""Reads what is somebody's own: their parts in programmes, with their pairs and whom they are paired with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from services.registration.board.card import Meeting, PairCard, active_of
from services.registration.pages.home.steps import Open, Step, step_of, unanswered
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.domain.people import pairs_of, parts_of
from shared.domain.work import Store, Where
from shared.web.lists.managed import NEWEST

MOST_CALLS = 50
"""Programmes that take applications, and are shown."""


@dataclass(frozen=True)
class Partner:
    """Whom somebody is paired with; partners know each other's names."""

    name: str = field(repr=False)
    """Empty where nobody knows it (any more)."""
    country: str
    time_zone: str


NOBODY = Partner("", "", "UTC")


@dataclass(frozen=True)
class Mine:
    """One's own part in one programme."""

    participant: Participant
    programme: Programme
    cards: Sequence[PairCard]
    partners: dict[str, Partner]
    """By pair id."""
    now: datetime

    @cached_property
    def step(self) -> Step:
        """What is next."""
        return step_of(self.participant, self.programme, self.cards, self.now)

    @property
    def is_current(self) -> bool:
        """Whether something is next at all."""
        return self.step not in (Step.OVER, Step.WITHDRAWN)

    @property
    def pairs(self) -> list[PairCard]:
        """Those that work together now."""
        return active_of(self.cards)

    @property
    def next_meetings(self) -> list[tuple[PairCard, Meeting]]:
        """Of each pair the next session, the earliest first."""
        found = [(card, meeting) for card in self.pairs if (meeting := card.next_meeting(self.now))]
        return sorted(found, key=lambda each: each[1].starts_at)

    @property
    def unanswered(self) -> list[Open]:
        """Sessions of which it has to be said whether they took place."""
        return unanswered(self.cards, self.now)

    def partner(self, pair_id: str) -> Partner:
        """Whom one is paired with in that pair."""
        return self.partners.get(pair_id, NOBODY)


async def read_mine(store: Store, ids: Collection[str], programme_id: str = "") -> list[Mine]:
    """The parts of the person of these ids, in all programmes or in that one; the latest programme first."""
    participants = await store.all(Participant, _of(ids, programme_id)) if ids else []
    programmes = await _by_id(store, Programme, (each.programme_id for each in participants))
    cards = await _cards(store, [each.id for each in participants])
    partners = await _partners(store, cards)
    now = store.clock.now()
    mine = [
        Mine(each, programmes[each.programme_id], cards.get(each.id, []), partners.get(each.id, {}), now)
        for each in participants
        if each.programme_id in programmes
    ]
    return sorted(mine, key=lambda each: each.programme.terms.starts_on, reverse=True)


async def read_calls(store: Store, but: Iterable[Mine]) -> list[Programme]:
    """Programmes that take applications, but for those one is in; the latest first."""
    known = {mine.programme.id for mine in but}
    where = {"state": Stage.OPEN.value, "_id": {"$nin": sorted(known)}}
    found = await store.all(Programme, where, sort=NEWEST, limit=MOST_CALLS)
    return [each for each in found if each.terms.ends_on > store.clock.now().date()]


def _of(ids: Collection[str], programme_id: str) -> Where:
    return {**parts_of(ids), **({"programme_id": programme_id} if programme_id else {})}


async def _by_id(store: Store, kind: type[Programme], ids: Iterable[str]) -> dict[str, Programme]:
    return {each.id: each for each in await store.all(kind, {"_id": {"$in": sorted(set(ids))}})}


async def _cards(store: Store, participant_ids: Sequence[str]) -> dict[str, list[PairCard]]:
    """By participant."""
    found = await store.all(PairCard, pairs_of(participant_ids)) if participant_ids else []
    return {own: [card for card in found if own in (card.mentor_id, card.mentee_id)] for own in participant_ids}


async def _partners(store: Store, cards: dict[str, list[PairCard]]) -> dict[str, dict[str, Partner]]:
    """Own participant id → pair id → whom it is with."""
    other = {
        (own, card.id): card.mentee_id if own == card.mentor_id else card.mentor_id
        for own, of_own in cards.items()
        for card in of_own
    }
    people = await store.all(Participant, {"_id": {"$in": sorted(set(other.values()))}}) if other else []
    names = {each.id: each.name for each in await store.all(Person, {"_id": {"$in": [p.person_id for p in people]}})}
    known = {p.id: Partner(names.get(p.person_id, ""), p.profile.country, p.profile.time_zone) for p in people}
    found: dict[str, dict[str, Partner]] = {}
    for (own, pair_id), participant_id in other.items():
        if participant_id in known:
            found.setdefault(own, {})[pair_id] = known[participant_id]
    return found
