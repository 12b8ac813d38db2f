"""When most of what comes is poison, the stream is wrong and not a record: stop, and alarm.

The consumer then keeps the batch it could not take and tries it again every few seconds; nothing of it is written.
It goes on by itself once fewer of it die: where a handler was at fault, with the version that mends it. Where the
records themselves are wrong, an operator says so (``accept``): for ten minutes every replica takes what comes, and
what is poison goes to the dead letters, to be retried or dropped one by one.
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from shared.domain.errors import StreamPoisoned
from shared.store.store import Store

WINDOW, TOO_MANY = 200, 100
"""When so many of the last records are poison, something is wrong with the stream and not with a record."""
ACCEPTED_FOR = timedelta(minutes=10)


class Poison:
    """What became of the last records of one replica, and whether an operator lets them through."""

    def __init__(self, store: Store) -> None:
        self._leases = store.db["leases"]
        self._recent: deque[bool] = deque(maxlen=WINDOW)

    async def judge(self, dead: Iterable[bool]) -> deque[bool]:
        """What is to be remembered if the batch is committed; raises StreamPoisoned."""
        recent = deque(self._recent, maxlen=WINDOW)
        recent.extend(dead)
        if sum(recent) < TOO_MANY:
            return recent
        if await self._accepted():
            return deque(maxlen=WINDOW)
        raise StreamPoisoned(f"{sum(recent)} of the last {len(recent)} records could not be dealt with")

    def remember(self, recent: deque[bool]) -> None:
        """The batch was committed."""
        self._recent = recent

    async def accept(self) -> datetime:
        """Let poison go to the dead letters at every replica; returns until when."""
        until = datetime.now(UTC) + ACCEPTED_FOR
        await self._leases.update_one({"_id": "poison"}, {"$set": {"until": until}}, upsert=True)
        return until

    async def _accepted(self) -> bool:
        return await self._leases.find_one({"_id": "poison", "until": {"$gt": datetime.now(UTC)}}) is not None
