"""What letters become that nobody may send: in a database that was restored, and where there is no mail server now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from shared.domain.pieces import CHUNK
from shared.domain.work import Store, Unit, Where

Ending = Callable[[Letter, datetime], Letter]


async def spare_what_may_have_gone(store: Store) -> None:
    """Letters that were to go by now are not sent: nobody is told twice, and some, perhaps, not at all."""
    due = {"fate": Fate.WAITING.value, "due_at": {"$lte": store.clock.now()}}
    await _end_all(store, due, lambda letter, now: letter.spared(Because.MAYBE_SENT, now))


async def forget_addresses(store: Store) -> None:
    """Where nobody is written to any more, nothing waits that holds the address of whoever was erased."""
    last = {"fate": Fate.WAITING.value, "kind": Kind.ERASED.value}
    await _end_all(store, last, lambda letter, now: letter.given_up(Because.NOT_TAKEN, now))


async def _end_all(store: Store, waiting: Where, end: Ending) -> None:
    spoilt: list[str] = []
    while ids := await store.ids(Letter, {**waiting, "_id": {"$nin": spoilt}}, limit=CHUNK):
        spoilt += await store.run(partial(_end, ids, end))


async def _end(ids: Sequence[str], end: Ending, unit: Unit) -> list[str]:
    """Returns the ids of those that cannot be read, which nobody can send either."""
    spoilt: list[str] = []
    for letter in await unit.several(Letter, ids, spoilt):
        unit.save(end(letter, unit.now))
    return spoilt
