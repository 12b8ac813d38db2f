"""One of several replicas does it: a lease that goes by the database's clock, for those of replicas differ."""

import time
from datetime import timedelta
from typing import Any

from uuid_utils import uuid4

from shared.store.mongodb import DuplicateKeyError
from shared.store.store import Store

OVER: dict[str, Any] = {"$lte": [{"$ifNull": ["$until", "$$NOW"]}, "$$NOW"]}
"""A MongoDB expression: nobody holds the lease any more."""


def ends_after(length: timedelta) -> dict[str, Any]:
    """A MongoDB expression: so long from now, by the database's clock."""
    return {"$add": ["$$NOW", int(length.total_seconds() * 1000)]}


async def is_held(store: Store, name: str) -> bool:
    """Whether anybody holds that lease."""
    held = {"_id": name, "$expr": {"$gt": ["$until", "$$NOW"]}}
    return await store.db["leases"].find_one(held) is not None


class Lease:
    """What one replica holds for a while, in the collection ``leases``."""

    def __init__(self, store: Store, name: str, length: timedelta) -> None:
        self._leases = store.db["leases"]
        self._name, self._length = name, length
        self._holder = str(uuid4())
        self._taken_at = float("-inf")

    async def take(self) -> bool:
        """Hold it, or take it when it is free; False while another replica has it.

        It is renewed once a third of it has passed: until then nobody else can have it, so nobody is asked.
        """
        asked_at = time.monotonic()
        if asked_at - self._taken_at < self._length.total_seconds() / 3:
            return True
        ours = await self._ask()
        self._taken_at = asked_at if ours else float("-inf")
        return ours

    async def _ask(self) -> bool:
        ours = {"$or": [{"$eq": ["$holder", self._holder]}, OVER]}
        taken = {"holder": self._holder, "until": ends_after(self._length)}
        change = {"$set": {name: {"$cond": [ours, value, f"${name}"]} for name, value in taken.items()}}
        try:
            lease = await self._leases.find_one_and_update(
                {"_id": self._name}, [change], upsert=True, return_document=True
            )
        except DuplicateKeyError:  # another replica was the first that ever took it
            return False
        return bool(lease["holder"] == self._holder)

    async def ours(self) -> bool:
        """Whether the database says that this replica holds it."""
        held = {"_id": self._name, "holder": self._holder, "$expr": {"$gt": ["$until", "$$NOW"]}}
        return await self._leases.find_one(held) is not None

    async def give_up(self) -> None:
        """Let another replica have it."""
        self._taken_at = float("-inf")
        await self._leases.delete_one({"_id": self._name, "holder": self._holder})
