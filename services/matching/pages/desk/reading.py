"""Reads what the desk shows: rounds, what one of them proposes, and whom it leaves over, page by page."""

from dataclasses import dataclass

from services.matching.members.member import Member
from services.matching.members.queue import parts
from services.matching.members.readable import fetch_readable
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.report import Place, places_after
from services.matching.rounds.round import Round
from services.matching.rules import reasons
from services.matching.telling.sentences import opening, spoke_for, told, waits
from shared.domain.marking import Say
from shared.domain.work import Key, Order, Page, Store
from shared.language.terms import Role

AT_ONCE = 20
"""Rounds, pairs or people on one page."""
WHY = 3
"""Reasons of a pair that are told in a list, those that counted most first."""
NEWEST_FIRST: Order = (("requested_at", -1), ("_id", -1))
LONG = ("choices.locked", "choices.forbidden", "report")
"""What of a round is long, and in no list of rounds."""


@dataclass(frozen=True)
class Proposed:
    """A pair of a round, with what spoke for it."""

    pair: Pair
    why: list[str]


@dataclass(frozen=True)
class Over:
    """Somebody who is left over, why, and what they could change."""

    participant_id: str
    role: Role | None
    why: str
    openings: list[str]


async def read_waiting(store: Store, programme_id: str) -> int:
    """How many people have no partner."""
    return sum([await store.count(Member, where) for where, _sort in parts(programme_id)])


async def read_rounds(store: Store, programme_id: str, after: Key) -> Page[Round]:
    """The programme's rounds, the newest first."""
    which = {"programme_id": programme_id}
    return await store.page(Round, which, sort=NEWEST_FIRST, after=after, limit=AT_ONCE, without=LONG)


async def read_comparable(store: Store, found: Round, after: Key) -> Page[Round]:
    """The programme's other rounds of which the result is known, the newest first."""
    others = {"programme_id": found.programme_id, "_id": {"$ne": found.id}}
    which = {**others, "report": {"$ne": None}, "forgotten": {"$ne": True}}
    return await store.page(Round, which, sort=NEWEST_FIRST, after=after, limit=AT_ONCE, without=LONG)


async def read_pairs(store: Store, round_id: str, after: Key, say: Say) -> tuple[list[Proposed], Key]:
    """The pairs a round proposed, by id, whatever became of them."""
    which = {"round_id": round_id, "state": {"$in": list(PairState)}}
    page = await store.page(Pair, which, after=after, limit=AT_ONCE)
    return [Proposed(pair, spoke_for(pair, say)[:WHY]) for pair in page.items], page.then


async def read_left_over(store: Store, found: Round, after: Key, say: Say) -> tuple[list[Over], Key]:
    """Whom the round leaves over, by participant id."""
    page = await store.page(Place, places_after(found.id, found.attempts, ""), after=after, limit=AT_ONCE)
    ids = [place.participant_id for place in page.items]
    members = await fetch_readable(store.unit(), Member, ids)
    roles = {each.id: each.profile.role for each in members.values() if each.profile}
    return [_over(place, roles.get(place.participant_id), say) for place in page.items], page.then


def _over(place: Place, role: Role | None, say: Say) -> Over:
    left = place.left_over
    return Over(place.participant_id, role, waits(left.because, say), [opening(each, say) for each in left.openings])


def counted(found: Round, say: Say) -> list[tuple[str, int]]:
    """Why people are left over, in words, the most frequent first."""
    known = [(code, count) for code, count in found.unmatched.items() if code in reasons.SENTENCES]
    return [(told(reasons.SENTENCES[code], say), count) for code, count in sorted(known, key=lambda each: -each[1])]
