"""The pairs of a programme, those that need somebody first, for API and pages alike."""

from services.feedback.momentum.momentum import Momentum
from shared.domain.work import Key, Order, Page, Store
from shared.language.matching import PairState

MOST_LOST_FIRST: Order = (("in_a_row", -1), ("_id", -1))
ALARMS_FIRST: Order = (("at_risk", -1), *MOST_LOST_FIRST)


async def read_alarms(store: Store, programme_id: str, after: Key, limit: int) -> Page[Momentum]:
    """A page of them, those who have lost most sessions first."""
    where = {"programme_id": programme_id, "at_risk": True, "state": PairState.ACTIVE.value}
    return await store.page(Momentum, where, sort=MOST_LOST_FIRST, after=after, limit=limit)


async def read_pairs(store: Store, programme_id: str, after: Key, limit: int) -> Page[Momentum]:
    """A page of all pairs there are or were, those with an alarm first."""
    return await store.page(Momentum, {"programme_id": programme_id}, sort=ALARMS_FIRST, after=after, limit=limit)
