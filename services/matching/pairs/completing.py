"""The end of a programme: whoever is together has completed it, what was only proposed comes to nothing."""

from services.matching.pairs.pair import Pair, PairState
from shared.domain.work import Unit

TOGETHER = 500
"""Pairs in one unit of work."""


async def complete(unit: Unit, programme_id: str) -> bool:
    """Complete some pairs; returns whether there may be more."""
    left = [{"state": PairState.FORMED.value}, {"state": PairState.PROPOSED.value, "round_id": None}]
    ids = await unit.store.ids(Pair, {"programme_id": programme_id, "$or": left}, limit=TOGETHER)
    await unit.fetch((Pair, pair_id) for pair_id in ids)
    for pair_id in ids:
        unit.save((await unit.get(Pair, pair_id)).completed())
    return len(ids) == TOGETHER
