"""What registration counts beside what every service counts: erasures that are not complete, letters and webhooks.

Counted in the database, the same by every replica: take the ``max``, not the ``sum``.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.registration.notices.letter import Fate, Letter
from services.registration.people.erasure import Erasure, ErasureState
from services.registration.webhooks.delivery import Delivery
from services.registration.webhooks.delivery import Fate as Told
from shared.domain.work import Store
from shared.language.streams import Event

WAITS = {"fate": Fate.WAITING.value}


class Metrics:
    """The metrics of registration, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.pending = Gauge(
            "telemachus_erasures_pending",
            "People whose erasure not every service has confirmed. Above 0 for long: a service is down, or cannot.",
            registry=self.registry,
        )
        self.oldest = Gauge(
            "telemachus_erasures_oldest_timestamp_seconds",
            "When the oldest of them was asked for; 0 when there is none. Long ago: a legal deadline comes near.",
            registry=self.registry,
        )

        self.letters = Gauge(
            "telemachus_letters",
            "Letters by what has become of them; erasing somebody deletes theirs. Many given up: see why they were.",
            ["fate"],
            registry=self.registry,
        )
        for fate in Fate:
            self.letters.labels(fate)
        self.letters_waiting = Gauge(
            "telemachus_letters_waiting",
            "Letters whose time has come and that have not gone. Many, for long: see the oldest of them.",
            registry=self.registry,
        )
        self.oldest_letter = Gauge(
            "telemachus_letters_oldest_timestamp_seconds",
            "Since when the oldest of them could have gone; 0 when there is none. Long ago: no server takes it.",
            registry=self.registry,
        )
        self.set_aside = Counter(
            "telemachus_letters_set_aside",
            "Letters left alone for ten minutes, as they, or what they are about, cannot be read. Any: see the log.",
            registry=self.registry,
        )

        self.webhooks = Gauge(
            "telemachus_webhooks",
            "Webhooks that wait or ended in the last thirty days, by what has become of them. Many given up: see why.",
            ["fate"],
            registry=self.registry,
        )
        for told in Told:
            self.webhooks.labels(told)
        self.oldest_webhook = Gauge(
            "telemachus_webhooks_oldest_timestamp_seconds",
            "When the oldest event happened that an endpoint is to be told of; 0 when there is none. Long ago: it does "
            "not take it.",
            registry=self.registry,
        )

    def said(self, event: Event) -> None:
        """Nothing is counted by event."""

    async def measure(self, store: Store) -> None:
        """Count what waits; by indexes."""
        await self._erasures(store)
        await self._letters(store)
        await self._webhooks(store)

    async def _erasures(self, store: Store) -> None:
        waiting = {"state": ErasureState.WAITING.value}
        oldest = await store.all(Erasure, waiting, sort=(("requested_at", 1),), limit=1)
        self.pending.set(await store.count(Erasure, waiting))
        self.oldest.set(oldest[0].requested_at.timestamp() if oldest else 0)

    async def _letters(self, store: Store) -> None:
        for fate in Fate:
            self.letters.labels(fate).set(await store.count(Letter, {"fate": fate.value}))
        due, tried = {**WAITS, "due_at": {"$lte": store.clock.now()}}, {**WAITS, "tried_at": {"$gt": ""}}
        waiting = {**WAITS, "$or": [{"due_at": due["due_at"]}, {"tried_at": tried["tried_at"]}]}
        fields = ("tried_at", "due_at")
        first_due = await store.values(Letter, due, fields, sort=(("due_at", 1), ("_id", 1)), limit=1)
        first_tried = await store.values(Letter, tried, fields, sort=(("tried_at", 1),), limit=1)
        since = [datetime.fromisoformat(at) if at else due_at for at, due_at in (*first_due, *first_tried)]
        self.letters_waiting.set(await store.count(Letter, waiting))
        self.oldest_letter.set(min((each.timestamp() for each in since), default=0))

    async def _webhooks(self, store: Store) -> None:
        for fate in Told:
            self.webhooks.labels(fate).set(await store.count(Delivery, {"fate": fate.value}))
        waiting = {"fate": Told.WAITING.value}
        first = await store.values(Delivery, waiting, ["happened_at"], sort=(("happened_at", 1), ("_id", 1)), limit=1)
        self.oldest_webhook.set(min((datetime.fromisoformat(at).timestamp() for (at,) in first), default=0))


metrics = Metrics()
