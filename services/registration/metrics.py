"""What registration counts beside what every service counts: erasures that are not complete.

Counted in the database, the same by every replica: take the ``max``, not the ``sum``.
"""

from prometheus_client import CollectorRegistry, Gauge

from services.registration.people.erasure import Erasure, ErasureState
from shared.domain.work import Store
from shared.language.streams import Event


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

    def said(self, event: Event) -> None:
        """Nothing is counted by event."""

    async def measure(self, store: Store) -> None:
        """Count what waits; by an index."""
        waiting = {"state": ErasureState.WAITING.value}
        oldest = await store.all(Erasure, waiting, sort=(("requested_at", 1),), limit=1)
        self.pending.set(await store.count(Erasure, waiting))
        self.oldest.set(oldest[0].requested_at.timestamp() if oldest else 0)


metrics = Metrics()
