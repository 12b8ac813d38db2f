"""What needs a manager: worked out of what registration knows itself, never kept."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.registration.board.feed import Feed
from services.registration.pages.board.listing import KINDS, Kind
from services.registration.pages.home.counting import Theirs
from services.registration.programmes.programme import Programme, Stage
from shared.domain.work import Store
from shared.language.matching import (
    MatchingRoundCancelled,
    MatchingRoundCompleted,
    MatchingRoundFailed,
    MatchingRoundProposed,
)
from shared.web.access import Caller
from shared.web.lists.managed import COUNTRIES, NEWEST
from shared.web.lists.paging import of_theirs

MOST_PROGRAMMES = 30
"""That are looked through, those that start last."""
SOON = timedelta(days=14)
"""Before a programme begins or ends, and after it has begun: when a manager is told so."""
ROUNDS = {
    each.__name__: each
    for each in (MatchingRoundProposed, MatchingRoundCompleted, MatchingRoundFailed, MatchingRoundCancelled)
}
"""Of these the newest says how matching stands."""


class Needed(StrEnum):
    """What somebody can do something about, what is most pressing first."""

    ALARMS = "alarms"
    ROUND = "round"
    """A matching round waits for a decision."""
    FAILED = "failed"
    """The last matching round has failed."""
    BROKEN = "broken"
    """Pairs break a rule since data changed."""
    TRAINING = "training"
    DRAFT = "draft"
    BEGINS = "begins"
    """It begins soon, and takes applications."""
    BEGUN = "begun"
    """It has begun, and still takes applications."""
    ENDS = "ends"
    OVER = "over"
    """Its last day has passed, and nobody has ended it."""


@dataclass(frozen=True)
class Need:
    """One of them; ``count`` of pairs or people."""

    what: Needed
    count: int = 0


@dataclass(frozen=True)
class Led:
    """A programme of somebody's, and what in it needs them."""

    programme: Programme
    is_whole: bool
    """Whether they manage all of its countries, and so decide about it."""
    needs: Sequence[Need]


async def read_led(store: Store, caller: Caller) -> list[Led]:
    """Programmes with a country of the caller's that have not ended, the one that starts last first."""
    running = {**of_theirs(caller, COUNTRIES), "state": {"$ne": Stage.ENDED.value}}
    programmes = await store.all(Programme, running, sort=NEWEST, limit=MOST_PROGRAMMES)
    whole = {each.id for each in programmes if caller.covers(each.terms.countries)}
    needs, rounds = await asyncio.gather(
        _of_people(store, Theirs.of(caller, [each for each in programmes if each.state is not Stage.DRAFT])),
        _of_rounds(store, whole),
    )
    today = store.clock.now().date()
    for each in programmes:
        if each.id in whole:
            needs[each.id] += [*rounds[each.id], *_of_days(each, today)]
    return [Led(each, each.id in whole, sorted(needs[each.id], key=_place)) for each in programmes]


def _place(need: Need) -> int:
    return list(Needed).index(need.what)


async def _of_people(store: Store, theirs: Theirs) -> defaultdict[str, list[Need]]:
    """By programme."""
    counted = await asyncio.gather(
        theirs.pairs(store, KINDS[Kind.ALARMS]),
        theirs.pairs(store, KINDS[Kind.BROKEN]),
        theirs.untrained(store),
    )
    needs = defaultdict[str, list[Need]](list)
    for what, counts in zip((Needed.ALARMS, Needed.BROKEN, Needed.TRAINING), counted, strict=True):
        for programme_id, count in counts.items():
            needs[programme_id].append(Need(what, count))
    return needs


async def _of_rounds(store: Store, programme_ids: Collection[str]) -> defaultdict[str, list[Need]]:
    """By programme, as far as the live page remembers."""
    known = {MatchingRoundProposed: Needed.ROUND, MatchingRoundFailed: Needed.FAILED}
    needs = defaultdict[str, list[Need]](list)
    for feed in await store.all(Feed, {"_id": {"$in": sorted(programme_ids)}}):
        newest = next((each for each in feed.happenings if each.event in ROUNDS), None)
        if newest and (what := known.get(ROUNDS[newest.event])):
            needs[feed.id].append(Need(what, newest.number or 0))
    return needs


def _of_days(programme: Programme, today: date) -> Iterator[Need]:
    starts_on, ends_on = programme.terms.starts_on, programme.terms.ends_on
    if programme.state is Stage.DRAFT:
        if ends_on > today:
            yield Need(Needed.DRAFT)
        return
    if programme.state is Stage.OPEN and abs(starts_on - today) <= SOON:
        yield Need(Needed.BEGINS if starts_on > today else Needed.BEGUN)
    if ends_on < today:
        yield Need(Needed.OVER)
    elif ends_on - today <= SOON:
        yield Need(Needed.ENDS)
