"""What webhooks become in a database that was restored: what waits in the copy has perhaps been told since."""

from functools import partial

from services.registration.webhooks.delivery import Delivery, Fate
from shared.domain.work import Store, Unit

TOGETHER = 500


async def spare_what_may_be_told(store: Store) -> None:
    """Nothing that waits is sent: a chat is told nothing twice, and some, perhaps, not at all."""
    while ids := await store.ids(Delivery, {"fate": Fate.WAITING.value}, limit=TOGETHER):
        await store.run(partial(_spare, ids))


async def _spare(ids: list[str], unit: Unit) -> None:
    await unit.fetch([(Delivery, identity) for identity in ids])
    for identity in ids:
        unit.save((await unit.get(Delivery, identity)).spared(unit.now))
