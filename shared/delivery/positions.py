"""How far a consumer is with every subject of every stream: the memory of the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.store.mongodb import InsertOne, UpdateOne
from shared.store.store import Store
from shared.store.transactions import Transaction, Write, bulk


@dataclass(slots=True)
class Position:
    """``before``: the version that is stored, 0 for none; ``version``: the one the batch at hand has come to."""

    before: int = 0
    version: int = 0
    event_id: str = ""


class Positions:
    """The collection ``inbox``: one small document a subject, however many events it has had."""

    def __init__(self, store: Store) -> None:
        self._collection = store.db["inbox"]

    async def of(self, names: Sequence[str]) -> dict[str, Position]:
        """Where we stand with these subjects (``stream/subject``)."""
        known = {name: Position() for name in names}
        async for stored in self._collection.find({"_id": {"$in": list(names)}}):
            known[stored["_id"]] = Position(stored["version"], stored["version"], stored["event_id"])
        return known

    def writes(self, positions: Mapping[str, Position]) -> list[Write]:
        """What a transaction has to write; it raises Conflict when another replica was faster with one of them."""
        operations = [_move(name, p) for name, p in positions.items() if p.version != p.before]

        async def write(transaction: Transaction) -> None:
            await bulk(self._collection, operations, transaction)

        return [write] if operations else []


def _move(name: str, position: Position) -> Any:
    if position.before == 0:
        return InsertOne({"_id": name, "version": position.version, "event_id": position.event_id})
    change = {"$set": {"version": position.version, "event_id": position.event_id}}
    return UpdateOne({"_id": name, "version": position.before}, change)
