"""What an outbox tells of itself, each with what a high value means."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class OutboxMetrics:
    """The part of a service's metrics that its outbox counts."""

    registry: CollectorRegistry

    def _declare_outbox(self) -> None:
        self.published = Counter(
            "telemachus_outbox_published",
            "Events the outbox has published. High without people at work: somebody replays.",
            ["topic"],
            registry=self.registry,
        )
        self.outbox_pending = Gauge(
            "telemachus_outbox_pending_messages",
            "Decided, but not published yet. High: Kafka is away.",
            registry=self.registry,
        )
        self.outbox_oldest = Gauge(
            "telemachus_outbox_oldest_pending_timestamp_seconds",
            "When the oldest unpublished event was decided; 0 when there is none. Long ago: the outbox is stalled.",
            registry=self.registry,
        )
        self.outbox_waiting = Gauge(
            "telemachus_outbox_waiting_messages",
            "Not published because Kafka does not take events of this topic; known to the replica that publishes. "
            "Any: the topic is missing, forbidden, or too small for a record. “/health/ready” says which.",
            ["topic"],
            registry=self.registry,
        )
        self.outbox_waiting_oldest = Gauge(
            "telemachus_outbox_waiting_oldest_timestamp_seconds",
            "When the oldest of these was decided; 0 when there is none. Long ago: nobody has heard of it since.",
            ["topic"],
            registry=self.registry,
        )
        self.replays = Gauge(
            "telemachus_replay_left_rows",
            "Kept events that replays have still to look at, or 0. Not falling: the outbox is stalled.",
            registry=self.registry,
        )
        self.stream_lost = Gauge(
            "telemachus_stream_lost_timestamp_seconds",
            "When a stream was last found without what Kafka had confirmed, so that it is said again; 0: never. "
            "Lately: Kafka was restored from an older copy, or a topic was deleted.",
            ["stream"],
            registry=self.registry,
        )
