"""Connections to the database are counted as they come, are lent and go."""

from pymongo.monitoring import (
    ConnectionCheckedInEvent,
    ConnectionCheckedOutEvent,
    ConnectionCheckOutFailedEvent,
    ConnectionClosedEvent,
    ConnectionCreatedEvent,
)

from shared.store.pool_metrics import PoolMetrics
from shared.telemetry.metrics import Telemetry

WHERE = ("mongodb.example", 27017)


def test_connections_are_counted_while_they_are_there_and_lent() -> None:
    telemetry = Telemetry("ledger", "test")
    pool = PoolMetrics(telemetry)

    def shown() -> tuple[float | None, ...]:
        name = "telemachus_mongodb_connections"
        return tuple(telemetry.registry.get_sample_value(name, {"state": state}) for state in ("open", "in-use"))

    assert shown() == (0, 0)
    for number in (1, 2):
        pool.connection_created(ConnectionCreatedEvent(WHERE, number))
    pool.connection_checked_out(ConnectionCheckedOutEvent(WHERE, 1, 0.25))
    assert shown() == (2, 1)
    pool.connection_checked_in(ConnectionCheckedInEvent(WHERE, 1))
    pool.connection_closed(ConnectionClosedEvent(WHERE, 2, "idle"))
    assert shown() == (1, 0)
    assert telemetry.registry.get_sample_value("telemachus_mongodb_checkout_seconds_sum") == 0.25


def test_work_that_got_none_is_counted() -> None:
    telemetry = Telemetry("ledger", "test")
    PoolMetrics(telemetry).connection_check_out_failed(ConnectionCheckOutFailedEvent(WHERE, "timeout", 3.0))
    assert telemetry.registry.get_sample_value("telemachus_mongodb_checkout_failures_total") == 1
