"""Every metric that all services have, declared once with what a high value means.

``region`` is not declared here: it is put on every sample when they are shown.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)

from shared.telemetry.outbox_metrics import OutboxMetrics

AGES = (0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86400)
DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SHORT = (0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10)
HOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Telemetry(OutboxMetrics):
    """The metrics of one service, in a registry of its own."""

    def __init__(self, service: str, region: str) -> None:
        self.registry = CollectorRegistry()
        self.region = region
        Info(
            "telemachus_build",
            "Which service this is. Always 1: more than one a service and region is its number of replicas.",
            registry=self.registry,
        ).info({"service": service})
        self._declare_events()
        self._declare_consumer()
        self._declare_outbox()
        self._declare_work()
        self._declare_http()
        self._declare_outside()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def _declare_events(self) -> None:
        self.events = Counter(
            "telemachus_events",
            "Events taken from a stream, by what became of them. Many “parked” or “dead-letter”: a service is behind.",
            ["stream", "type", "outcome"],
            registry=self.registry,
        )
        self.died = Counter(
            "telemachus_events_died",
            "Events that became dead letters, by the service they say they are from. Rising: look at what it says.",
            ["stream", "source"],
            registry=self.registry,
        )
        self.event_age = Histogram(
            "telemachus_event_age_seconds",
            "From the moment something happened until it was dealt with here. High: people see old news.",
            ["stream"],
            buckets=AGES,
            registry=self.registry,
        )
        self.handler_duration = Histogram(
            "telemachus_handler_duration_seconds",
            "One handling of one event, without the commit, failed or not. High: the handler asks the database much.",
            ["type"],
            buckets=SHORT,
            registry=self.registry,
        )
        self.batch_duration = Histogram(
            "telemachus_batch_duration_seconds",
            "One batch of events, from decoding to the commit. High: the database is slow.",
            buckets=DURATIONS,
            registry=self.registry,
        )
        self.parked = Gauge(
            "telemachus_parked_events",
            "Events waiting for others that have not arrived. High: a stream is behind.",
            registry=self.registry,
        )
        self.dead_letters = Gauge(
            "telemachus_dead_letters_open",
            "Dead letters nobody has retried or dropped yet. Any: something that happened has had no effect here.",
            registry=self.registry,
        )

    def _declare_consumer(self) -> None:
        self.lag = Gauge(
            "telemachus_consumer_lag_messages",
            "Events not dealt with yet, of the partitions held here. Rising: more happens than is dealt with.",
            ["stream"],
            registry=self.registry,
        )
        self.caught_up = Gauge(
            "telemachus_consumer_caught_up_timestamp_seconds",
            "When nothing waited here the last time, or when the newest event dealt with was written, if that is later."
            " Long ago while there is lag: people see old news. 0 before the first look.",
            ["stream"],
            registry=self.registry,
        )
        self.unread = Gauge(
            "telemachus_consumer_unread_partitions",
            "Partitions nobody in the group reads; 1 for a topic that is not there. Any: no lag shows what waits.",
            ["stream"],
            registry=self.registry,
        )
        self.holes = Counter(
            "telemachus_stream_holes",
            "Offsets that jumped, so that events were asked for again. Rising: the broker drops events too early.",
            ["stream"],
            registry=self.registry,
        )
        self.restarts = Counter(
            "telemachus_consumer_restarts",
            "Consumers started anew because they stood still. Rising: look at the broker and the network.",
            registry=self.registry,
        )
        self.halted = Gauge(
            "telemachus_consumer_halted",
            "Whether a stream is poison and the consumer stopped. 1: nothing more is dealt with until that is mended.",
            registry=self.registry,
        )

    def _declare_work(self) -> None:
        self.retries = Counter(
            "telemachus_retries",
            "Work tried again because the broker or the database was away. Rising: it still is.",
            ["part"],
            registry=self.registry,
        )
        self.conflicts = Counter(
            "telemachus_conflicts",
            "Units of work begun again because somebody else was faster. Rising fast: many work on the same things.",
            registry=self.registry,
        )
        self.failures = Counter(
            "telemachus_failures",
            "Work given up because of a defect in the product. Any: see the log, and tell its makers.",
            ["part"],
            registry=self.registry,
        )
        self.due = Gauge(
            "telemachus_due_rows",
            "Things whose time has come and that are not done. High for long: too much is due at once.",
            registry=self.registry,
        )
        self.due_lateness = Gauge(
            "telemachus_due_lateness_seconds",
            "How long the longest overdue thing has been due; 0: none is. High: it fails again, or nobody gets to it.",
            registry=self.registry,
        )
        self.loop_held = Histogram(
            "telemachus_loop_held_seconds",
            "The longest for which the event loop was held, in each second in which it did anything. "
            "Above 0.1: something holds it, and nobody is answered meanwhile.",
            buckets=HOLDS,
            registry=self.registry,
        )
        self.ready = Gauge(
            "telemachus_ready",
            "Whether people can be served. 0: it has not started, or its database is away; “/health/ready” says why.",
            registry=self.registry,
        )
        self.obstacles = Gauge(
            "telemachus_obstacle",
            "What is in the way of events: “kafka” or “mongodb” away, a “consumer” without partitions, a part that "
            "fails. 1: “/health/ready” says why; people may be served all the same.",
            ["obstacle"],
            registry=self.registry,
        )

    def _declare_http(self) -> None:
        self.requests = Counter(
            "telemachus_http_requests",
            "Requests answered, by the class of their status; “499”: broken off by whoever asked. "
            "Many “5xx”: people cannot work.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.request_duration = Histogram(
            "telemachus_http_request_duration_seconds",
            "How long people waited. High: the database or this service is busy.",
            ["route"],
            buckets=DURATIONS,
            registry=self.registry,
        )

    def _declare_outside(self) -> None:
        self.connections = Gauge(
            "telemachus_mongodb_connections",
            "Connections to MongoDB, and those of them at work. All in use for long: requests wait for one another.",
            ["state"],
            registry=self.registry,
        )
        self.checkout = Histogram(
            "telemachus_mongodb_checkout_seconds",
            "How long work waited for a connection to MongoDB. High: the pool is used up, or the network is slow.",
            buckets=SHORT,
            registry=self.registry,
        )
        self.checkout_failures = Counter(
            "telemachus_mongodb_checkout_failures",
            "Work that got no connection to MongoDB. Rising: it is away, or refuses us.",
            registry=self.registry,
        )
        self.certificates = Gauge(
            "telemachus_certificate_expiry_timestamp_seconds",
            "When the certificate Kafka shows, or our own, ends. Near: renew it, or nothing flows from then on. "
            "Absent without TLS, and until Kafka was seen.",
            ["of"],
            registry=self.registry,
        )
        self.operator_actions = Counter(
            "telemachus_operator_actions",
            "What operators asked this service to do, and was done. Rising: somebody is mending something.",
            ["action"],
            registry=self.registry,
        )
