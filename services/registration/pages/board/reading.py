"""Reads what the live page shows: figures are counted by the database, lists are cut to what a page can bear."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.registration.board.card import Meeting, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.language.feedback import FeedbackSubmitted
from shared.language.matching import PairProposed, PairState
from shared.language.sessions import Outcome
from shared.language.terms import Role, Training

ALARMS, UPCOMING, PAIRS, HAPPENINGS = 12, 6, 30, 8
"""How many of each fit on the page."""

NAMELESS = (FeedbackSubmitted.__name__, PairProposed.__name__)


@dataclass(frozen=True)
class Face:
    """Somebody as a page shows them."""

    name: str
    time_zone: str


@dataclass(frozen=True)
class Funnel:
    """People who take part now, by how far they have come."""

    registered: int
    trained: int
    paired: int
    met: int
    ready: int
    """Allowed into a matching round, paired or not."""
    withdrawn: int

    @property
    def waiting(self) -> int:
        return max(0, self.ready - self.paired)


@dataclass(frozen=True)
class Board:
    """Everything the live page shows of one programme."""

    programme: Programme
    now: datetime
    funnel: Funnel
    active_pairs: int
    all_pairs: int
    at_risk: int
    alarms: list[PairCard]
    all_broken: int
    broken: list[PairCard]
    """Pairs that a change in somebody's data has made break a rule."""
    upcoming: list[tuple[PairCard, Meeting]]
    pairs: list[PairCard]
    happenings: list[tuple[str, Happening]]
    """The key each happened to, and what happened; newest first."""
    faces: dict[str, Face]
    """By participant id."""
    couples: dict[str, PairCard]
    """By pair id: every pair that is named."""

    def name(self, participant_id: str) -> str:
        """Empty for somebody who was erased or is not known yet."""
        face = self.faces.get(participant_id)
        return face.name if face else ""

    def zones(self, card: PairCard) -> list[str]:
        """The time zones of the two, each once, the mentor's first."""
        known = [self.faces[each].time_zone for each in (card.mentor_id, card.mentee_id) if each in self.faces]
        return list(dict.fromkeys(known)) or ["UTC"]


async def read_board(store: Store, programme: Programme) -> Board:
    """The page's content at this moment."""
    now = store.clock.now()
    of_it = {"programme_id": programme.id}
    at_risk = {**of_it, "state": PairState.ACTIVE, "at_risk": {"$ne": None}}
    broken = {**of_it, "state": PairState.ACTIVE, "broken.0": {"$exists": True}}
    order = (("state", 1), ("at_risk.since", -1), ("_id", 1))  # by name: active, completed, dissolved
    alarms, breaking, upcoming, pairs, happenings, funnel = await asyncio.gather(
        store.all(PairCard, at_risk, sort=(("at_risk.since", 1),), limit=ALARMS),
        store.all(PairCard, broken, limit=ALARMS),
        _upcoming(store, programme.id, now),
        store.all(PairCard, of_it, sort=order, limit=PAIRS),
        _happenings(store, programme.id),
        _funnel(store, programme),
    )
    couples = {card.id: card for card in (*alarms, *breaking, *pairs, *(card for card, _ in upcoming))}
    couples |= await _cards(store, {key for key, _ in happenings} - couples.keys())
    return Board(
        programme=programme,
        now=now,
        funnel=funnel,
        active_pairs=await store.count(PairCard, {**of_it, "state": PairState.ACTIVE}),
        all_pairs=await store.count(PairCard, of_it),
        at_risk=await store.count(PairCard, at_risk),
        alarms=alarms,
        all_broken=await store.count(PairCard, broken),
        broken=breaking,
        upcoming=upcoming,
        pairs=pairs,
        happenings=happenings,
        faces=await _faces(store, couples.values(), {key for key, _ in happenings}),
        couples=couples,
    )


async def newest_change(store: Store, programme_id: str) -> str:
    """Another text whenever an event has reached the board since."""
    newest = (("latest_at", -1),)
    seen = await store.values(Feed, {"programme_id": programme_id}, ("_id", "_revision"), sort=newest, limit=1)
    return "".join(f"{key}/{revision}" for key, revision in seen)


async def _upcoming(store: Store, programme_id: str, now: datetime) -> list[tuple[PairCard, Meeting]]:
    from_now = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    ahead = {
        "programme_id": programme_id,
        "state": PairState.ACTIVE,
        "meetings.outcome": Outcome.SCHEDULED,
        "meetings.starts_at": {"$gte": from_now},
    }
    soonest = (("meetings.starts_at", 1), ("_id", 1))
    found = await store.values(PairCard, ahead, ("_id", "meetings"), each="meetings", sort=soonest, limit=UPCOMING)
    cards = await _cards(store, {pair_id for pair_id, _ in found})
    return [(cards[pair_id], Meeting.model_validate(meeting)) for pair_id, meeting in found if pair_id in cards]


async def _happenings(store: Store, programme_id: str) -> list[tuple[str, Happening]]:
    feeds = await store.all(Feed, {"programme_id": programme_id}, sort=(("latest_at", -1),), limit=4 * HAPPENINGS)
    told = [(feed.id, happening) for feed in feeds for happening in feed.happenings]
    told.sort(key=lambda each: each[1].at, reverse=True)
    return [each for each, newer in zip(told, [None, *told], strict=False) if not _same_again(each, newer)][:HAPPENINGS]


def _same_again(each: tuple[str, Happening], newer: tuple[str, Happening] | None) -> bool:
    """Pulses and proposals name nobody, so a row of them says no more than one."""
    return newer is not None and each[1].event == newer[1].event and each[1].event in NAMELESS


async def _cards(store: Store, ids: Iterable[str]) -> dict[str, PairCard]:
    return {card.id: card for card in await store.all(PairCard, {"_id": {"$in": list(ids)}})}


async def _faces(store: Store, cards: Iterable[PairCard], others: set[str]) -> dict[str, Face]:
    ids = others | {each for card in cards for each in (card.mentor_id, card.mentee_id)}
    participants = await store.all(Participant, {"_id": {"$in": list(ids)}})
    people = await store.all(Person, {"_id": {"$in": [each.person_id for each in participants]}})
    names = {person.id: person.name for person in people}
    return {
        each.id: Face(names[each.person_id], each.profile.time_zone) for each in participants if each.person_id in names
    }


async def _funnel(store: Store, programme: Programme) -> Funnel:
    standings = await _standings(store, programme.id)
    paired, met = await _paired(store, programme.id)
    here = {key: count for key, count in standings.items() if key[0] is not Standing.WITHDRAWN}
    return Funnel(
        registered=sum(here.values()),
        trained=sum(count for (standing, _), count in here.items() if standing is Standing.TRAINED),
        paired=paired,
        met=met,
        ready=sum(
            count
            for (standing, role), count in here.items()
            if standing is Standing.TRAINED or not _must_train(role, programme.terms.pairing.training)
        ),
        withdrawn=sum(standings.values()) - sum(here.values()),
    )


def _must_train(role: Role, rule: Training) -> bool:
    return rule is Training.BOTH or (rule is Training.MENTOR and role is Role.MENTOR)


async def _standings(store: Store, programme_id: str) -> dict[tuple[Standing, Role], int]:
    people = await store.counts(Participant, {"programme_id": programme_id}, by=("state", "profile.role"))
    return {(Standing(state), Role(role)): count for (state, role), count in people.items()}


async def _paired(store: Store, programme_id: str) -> tuple[int, int]:
    """People in a pair that was not dissolved, and how many of them have met their partner."""
    together = {"programme_id": programme_id, "state": {"$ne": PairState.DISSOLVED}}
    paired = await store.different(PairCard, together, ("mentor_id", "mentee_id"))
    met = await store.different(PairCard, {**together, "held": {"$gt": 0}}, ("mentor_id", "mentee_id"))
    return paired, met
