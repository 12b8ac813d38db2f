"""The driver's pool of connections to MongoDB, counted, and how long work waits for one. Called from its threads."""

from pymongo.monitoring import (
    ConnectionCheckedInEvent,
    ConnectionCheckedOutEvent,
    ConnectionCheckOutFailedEvent,
    ConnectionCheckOutStartedEvent,
    ConnectionClosedEvent,
    ConnectionCreatedEvent,
    ConnectionPoolListener,
    ConnectionReadyEvent,
    PoolClearedEvent,
    PoolClosedEvent,
    PoolCreatedEvent,
    PoolReadyEvent,
)
from typing_extensions import override

from shared.telemetry.metrics import Telemetry


class PoolMetrics(ConnectionPoolListener):
    """Listens to the pools of one client, over all members of the replica set."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._open = telemetry.connections.labels("open")
        self._in_use = telemetry.connections.labels("in-use")
        self._waited = telemetry.checkout
        self._failures = telemetry.checkout_failures

    @override
    def connection_created(self, event: ConnectionCreatedEvent) -> None:
        self._open.inc()

    @override
    def connection_closed(self, event: ConnectionClosedEvent) -> None:
        self._open.dec()

    @override
    def connection_checked_out(self, event: ConnectionCheckedOutEvent) -> None:
        self._in_use.inc()
        self._waited.observe(event.duration or 0.0)

    @override
    def connection_checked_in(self, event: ConnectionCheckedInEvent) -> None:
        self._in_use.dec()

    @override
    def connection_check_out_failed(self, event: ConnectionCheckOutFailedEvent) -> None:
        self._failures.inc()

    @override
    def connection_check_out_started(self, event: ConnectionCheckOutStartedEvent) -> None:
        pass

    @override
    def connection_ready(self, event: ConnectionReadyEvent) -> None:
        pass

    @override
    def pool_created(self, event: PoolCreatedEvent) -> None:
        pass

    @override
    def pool_ready(self, event: PoolReadyEvent) -> None:
        pass

    @override
    def pool_cleared(self, event: PoolClearedEvent) -> None:
        pass

    @override
    def pool_closed(self, event: PoolClosedEvent) -> None:
        pass
