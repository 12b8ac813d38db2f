"""What a round reached, proposed and found of people, and two rounds side by side: from what is stored of them."""

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.matching.members.readable import fetch_readable
from services.matching.pairs.pair import NotMade, Pair
from services.matching.rounds import comparing
from services.matching.rounds.comparing import Change, Proposal, Reached, Setting, Turn
from services.matching.rounds.report import Place, place_id
from services.matching.rounds.round import KEPT_TRIAL, Round, RoundState
from shared.domain.errors import Refused
from shared.domain.work import Key, Store


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the second round reaches beyond the first, and for whom."""

    before: Reached
    after: Reached
    settings: Sequence[Setting]
    """Those that differ."""
    changes: Sequence[Change]
    """By participant id."""

    @property
    def turns(self) -> Mapping[Turn, int]:
        """How many people gain a partner, lose one, or get another."""
        return Counter(change.turn for change in self.changes)

    def some(self, after: Key, limit: int) -> tuple[Sequence[Change], Key]:
        """So many of the changes that come after that key, and the key of the last one."""
        begin = bisect_right(self.changes, str(after[0]), key=lambda change: change.participant_id) if after else 0
        some = self.changes[begin : begin + limit]
        return some, (some[-1].participant_id,) if begin + limit < len(self.changes) else ()


async def compare(store: Store, old: Round, new: Round) -> Comparison:
    """Raises Refused for rounds of different programmes, and where one has no result, or none any more."""
    if old.programme_id != new.programme_id:
        raise Refused("rounds-of-different-programmes")
    ours, theirs = reached(old), reached(new)
    changes = await asyncio.to_thread(comparing.changes, await proposed(store, old), await proposed(store, new))
    settings = comparing.settings(old.choices, new.choices)
    return Comparison(before=ours, after=theirs, settings=settings, changes=changes)


def reached(found: Round) -> Reached:
    """Its figures; raises Refused where it has none, or none any more."""
    if found.forgotten:
        raise Refused("round-forgotten", round_id=found.id, days=KEPT_TRIAL.days)
    if found.report is None:
        raise Refused("round-without-result", round_id=found.id, state=found.state)
    return Reached.of(found.proposed, found.report)


async def proposed(store: Store, found: Round) -> list[Proposal]:
    """All it proposed, whatever became of it, but for what did not hold any more."""
    which = {"round_id": found.id, "not_made": {"$ne": NotMade.CHANGED_MEANWHILE.value}}
    return [Proposal(*values) for values in await store.values(Pair, which, Proposal._fields)]


async def last_places(store: Store, programme_id: str, participants: Iterable[str]) -> Mapping[str, Place]:
    """What the programme's last round found of those whom it left over, by participant id."""
    where = {"programme_id": programme_id, "state": RoundState.COMPLETED.value}
    for last in await store.ids(Round, where, sort=[("ended_at", -1)], limit=1):
        ids = [place_id(last, each) for each in participants]
        found = await fetch_readable(store.unit(), Place, ids)
        return {each.participant_id: each for each in found.values()}
    return {}
