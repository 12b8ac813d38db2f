"""Reads what the live page shows: figures are counted by the database, lists are cut to what a page can bear."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.registration.board.card import Meeting, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.board.figures import ACTIVE
from services.registration.pages.board.faces import Seen, faces_of
from services.registration.pages.board.funnel import Funnel, read_funnel
from services.registration.pages.board.listing import KINDS, Kind
from services.registration.pages.board.scope import Scope
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.language.feedback import FeedbackSubmitted
from shared.language.matching import PairProposed
from shared.language.sessions import Outcome
from shared.language.values.accepted import ACCEPTED

ALARMS, UPCOMING, PAIRS, HAPPENINGS = 12, 6, 30, 8
"""How many of each fit on the page."""

SETTLED = [Outcome.HELD, Outcome.CANCELLED, Outcome.MISSED]

NAMELESS = (FeedbackSubmitted.__name__, PairProposed.__name__)


@dataclass(frozen=True)
class Board(Seen):
    """Everything the live page shows of one programme to one manager."""

    programme: Programme
    funnel: Funnel
    active_pairs: int
    all_pairs: int
    begun: bool
    """Whether any session of an active pair was held or lost: before that nobody is on track, or off it."""
    at_risk: int
    alarms: list[PairCard]
    all_broken: int
    broken: list[PairCard]
    """Pairs that a change in somebody's data has made break a rule."""
    upcoming: list[tuple[PairCard, Meeting]]
    pairs: list[PairCard]
    happenings: list[tuple[str, Happening]]
    """The key each happened to, and what happened; newest first."""
    couples: dict[str, PairCard]
    """By pair id: every pair that is named."""


async def read_board(store: Store, programme: Programme, scope: Scope) -> Board:
    """The page's content at this moment."""
    now = store.clock.now()
    at_risk, broken = scope.pairs(KINDS[Kind.ALARMS]), scope.pairs(KINDS[Kind.BROKEN])
    order = (("state", 1), ("at_risk.since", -1), ("_id", 1))  # by name: active, completed, dissolved
    alarms, breaking, upcoming, pairs, happenings, funnel = await asyncio.gather(
        store.all(PairCard, at_risk, sort=(("at_risk.since", 1),), limit=ALARMS),
        store.all(PairCard, broken, limit=ALARMS),
        _upcoming(store, scope, now),
        store.all(PairCard, scope.pairs({}), sort=order, limit=PAIRS),
        _happenings(store, scope),
        read_funnel(store, programme, scope),
    )
    couples = {card.id: card for card in (*alarms, *breaking, *pairs, *(card for card, _ in upcoming))}
    couples |= await _cards(store, {key for key, _ in happenings} - couples.keys())
    return Board(
        programme=programme,
        now=now,
        funnel=funnel,
        active_pairs=await store.count(PairCard, scope.pairs(ACTIVE)),
        all_pairs=await store.count(PairCard, scope.pairs({})),
        begun=bool(await store.ids(PairCard, scope.pairs({**ACTIVE, "meetings.outcome": {"$in": SETTLED}}), limit=1)),
        at_risk=await store.count(PairCard, at_risk),
        alarms=alarms,
        all_broken=await store.count(PairCard, broken),
        broken=breaking,
        upcoming=upcoming,
        pairs=pairs,
        happenings=happenings,
        faces=await faces_of(store, couples.values(), scope, {key for key, _ in happenings}),
        couples=couples,
    )


async def newest_change(store: Store, programme_id: str) -> str:
    """Another text whenever an event has reached the board since."""
    newest = (("heard_at", -1),)
    seen = await store.values(Feed, {"programme_id": programme_id}, ("_id", "_revision"), sort=newest, limit=1)
    return "".join(f"{key}/{revision}" for key, revision in seen)


async def _upcoming(store: Store, scope: Scope, now: datetime) -> list[tuple[PairCard, Meeting]]:
    from_now = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    ahead = scope.pairs(
        {**ACTIVE, "meetings.outcome": Outcome.SCHEDULED, "meetings.starts_at": {"$gte": from_now}},
    )
    soonest = (("meetings.starts_at", 1), ("_id", 1))
    found = await store.values(PairCard, ahead, ("_id", "meetings"), each="meetings", sort=soonest, limit=UPCOMING)
    cards = await _cards(store, {pair_id for pair_id, _ in found})
    return [
        (cards[pair_id], Meeting.model_validate(meeting, context=ACCEPTED))
        for pair_id, meeting in found
        if pair_id in cards
    ]


async def _happenings(store: Store, scope: Scope) -> list[tuple[str, Happening]]:
    where: dict[str, Any] = {"programme_id": scope.programme_id}
    if scope.ids is not None:
        pairs = await store.ids(PairCard, scope.pairs({}))
        where["_id"] = {"$in": [scope.programme_id, *scope.ids, *pairs]}
    feeds = await store.all(Feed, where, sort=(("latest_at", -1),), limit=4 * HAPPENINGS)
    told = [(feed.id, happening) for feed in feeds for happening in feed.happenings if _is_of(scope, feed, happening)]
    told.sort(key=lambda each: each[1].at, reverse=True)
    return [each for each, newer in zip(told, [None, *told], strict=False) if not _same_again(each, newer)][:HAPPENINGS]


def _is_of(scope: Scope, feed: Feed, happening: Happening) -> bool:
    """Whether it is the reader's to see: the figures of a whole programme are of others' people too."""
    return scope.ids is None or feed.id != scope.programme_id or happening.number is None


def _same_again(each: tuple[str, Happening], newer: tuple[str, Happening] | None) -> bool:
    """Pulses and proposals name nobody, so a row of them says no more than one."""
    return newer is not None and each[1].event == newer[1].event and each[1].event in NAMELESS


async def _cards(store: Store, ids: Iterable[str]) -> dict[str, PairCard]:
    return {card.id: card for card in await store.all(PairCard, {"_id": {"$in": list(ids)}})}
