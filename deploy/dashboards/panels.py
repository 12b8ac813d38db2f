"""What several rows show: panels of one kind, and the metrics they are about."""

from deploy.dashboards.spec import Lines, Panel, Query, grown, named, of, slowest, worst

EVENTS, OLDEST = "telemachus_events_total", "telemachus_outbox_oldest_pending_timestamp_seconds"
LAG, CAUGHT_UP = "telemachus_consumer_lag_messages", "telemachus_consumer_caught_up_timestamp_seconds"


def behind(by: str = "") -> str:
    """Seconds since nothing waited; 0 where nothing waits."""
    late = f"(time() - ({of(CAUGHT_UP)} > 0)) * ({of(LAG)} > bool 0)"
    return f"max by ({by}) ({late})" if by else f"max ({late})"


def quantiles(histogram: str, *matchers: str) -> tuple[Query, ...]:
    """The middle and the slow end."""
    return (
        Query(slowest(histogram, 0.5, *matchers), "half of them"),
        Query(slowest(histogram, 0.99, *matchers), "99 of 100"),
    )


def one(title: str, metric: str, by: str, *, unit: str = "short", runbook: str = "") -> Panel:
    """A count or a length of time, the same in every replica."""
    queries = (Query(worst(metric, by=by), named(by)),)
    return Lines(title=title, says=metric, unit=unit, queries=queries, runbook=runbook)


def often(title: str, metric: str, by: str) -> Panel:
    """How often something happened of late."""
    queries = (Query(grown(metric, by=by, over="5m"), named(by)),)
    return Lines(title=f"{title}, in five minutes", says=metric, unit="short", queries=queries)
