"""The rows about what every service counts; ``by`` tells the series of one panel apart."""

from deploy.dashboards.spec import Lines, Panel, Query, Row, Stat, grown, named, of, rate, share, since, slowest, worst

PEOPLE = 'route!~"/health.*|/metrics"'
"""Who asks for health and metrics is no user."""
REQUESTS, ANSWERS = "telemachus_http_requests_total", "telemachus_http_request_duration_seconds"
EVENTS, AGE = "telemachus_events_total", "telemachus_event_age_seconds"
LAG, CAUGHT_UP = "telemachus_consumer_lag_messages", "telemachus_consumer_caught_up_timestamp_seconds"
OLDEST = "telemachus_outbox_oldest_pending_timestamp_seconds"
CHECKOUT, HANDLER = "telemachus_mongodb_checkout_seconds", "telemachus_handler_duration_seconds"
EXPIRY = "telemachus_certificate_expiry_timestamp_seconds"


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


def glance(by: str) -> Row:
    """What to look at first: whether people can work, and whether events flow."""
    name = named(by)
    return Row(
        "At a glance",
        (
            Stat(
                title="Ready",
                says="telemachus_ready",
                unit="bool",
                queries=(Query(f"min by ({by}) ({of('telemachus_ready')})", name),),
                words={0: "not ready", 1: "ready"},
                runbook="TelemachusServiceNotReady",
            ),
            Stat(
                title="Requests that failed here",
                says=REQUESTS,
                unit="percentunit",
                queries=(Query(share(REQUESTS, 'status="5xx"', PEOPLE, by=by), name),),
                also="The share of «5xx».",
                runbook="TelemachusApiErrors",
            ),
            Stat(
                title="Events wait for",
                says=CAUGHT_UP,
                unit="s",
                queries=(Query(behind(by), name),),
                also="0 where nothing waits.",
                runbook="TelemachusConsumerStuck",
            ),
            Stat(
                title="Dead letters open",
                says="telemachus_dead_letters_open",
                unit="short",
                queries=(Query(worst("telemachus_dead_letters_open", by=by), name),),
                runbook="TelemachusDeadLetters",
            ),
            Stat(
                title="Outbox: the oldest waits for",
                says=OLDEST,
                unit="s",
                queries=(Query(since(OLDEST, by=by), name),),
                runbook="TelemachusOutboxStalled",
            ),
            Stat(
                title="Defects in the time shown",
                says="telemachus_failures_total",
                unit="short",
                queries=(Query(grown("telemachus_failures_total", by=by), name),),
            ),
        ),
        closed=False,
    )


def http(by: str) -> Row:
    """Rate, errors, duration of what people ask."""
    return Row(
        "People ask (HTTP)",
        (
            Lines(
                title="Requests",
                says=REQUESTS,
                unit="reqps",
                queries=(Query(rate(REQUESTS, PEOPLE, by="status"), "{{status}}"),),
            ),
            Lines(
                title="Share that failed here",
                says=REQUESTS,
                unit="percentunit",
                queries=(Query(share(REQUESTS, 'status="5xx"', PEOPLE, by=by), named(by)),),
                line=0.01,
                runbook="TelemachusApiErrors",
            ),
            Lines(title="How long people waited", says=ANSWERS, unit="s", queries=quantiles(ANSWERS, PEOPLE), line=1),
            Lines(
                title="The slowest of 100, by what was asked",
                says=ANSWERS,
                unit="s",
                queries=(Query(slowest(ANSWERS, 0.99, PEOPLE, by="route"), "{{route}}"),),
            ),
        ),
    )


def handling(by: str) -> Row:
    """Rate, errors, duration of what events do."""
    return Row(
        "Events are handled",
        (
            Lines(
                title="Events, by what became of them",
                says=EVENTS,
                unit="cps",
                queries=(Query(rate(EVENTS, by="outcome"), "{{outcome}}"),),
            ),
            Lines(
                title="Dead letters in five minutes",
                says=EVENTS,
                unit="short",
                queries=(Query(grown(EVENTS, 'outcome="dead-letter"', by=by, over="5m"), named(by)),),
                runbook="TelemachusHandlingFails",
            ),
            Lines(
                title="Handled, by type",
                says=EVENTS,
                unit="cps",
                queries=(Query(rate(EVENTS, 'outcome="handled"', by="type"), "{{type}}"),),
            ),
            Lines(
                title="Not handled at once, by type",
                says=EVENTS,
                unit="cps",
                queries=(
                    Query(rate(EVENTS, 'outcome=~"parked|dead-letter"', by="type, outcome"), named("outcome, type")),
                ),
            ),
            Lines(title="One event", says=HANDLER, unit="s", queries=quantiles(HANDLER)),
            Lines(
                title="The slowest of 100, by type",
                says=HANDLER,
                unit="s",
                queries=(Query(slowest(HANDLER, 0.99, by="type"), "{{type}}"),),
            ),
            Lines(
                title="One batch",
                says="telemachus_batch_duration_seconds",
                unit="s",
                queries=quantiles("telemachus_batch_duration_seconds"),
            ),
            Lines(
                title="Age of events when dealt with",
                says=AGE,
                unit="s",
                queries=quantiles(AGE),
                line=60,
                runbook="TelemachusEventsLate",
            ),
        ),
    )


def consuming(by: str) -> Row:
    """How far behind."""
    streams = Lines(
        title="Events that wait, by stream",
        says=LAG,
        unit="short",
        queries=(Query(f"sum by (stream) ({of(LAG)})", "{{stream}}"),),
        runbook="TelemachusConsumerStuck",
    )
    return Row(
        "Events wait (consumer)",
        (
            streams,
            Lines(title="How long they wait, by stream", says=CAUGHT_UP, unit="s", queries=_behind(), line=60),
            one("Parked: they wait for other events", "telemachus_parked_events", by, runbook="TelemachusEventsParked"),
            Stat(
                title="Consumer",
                says="telemachus_consumer_halted",
                unit="bool",
                queries=(Query(worst("telemachus_consumer_halted", by=by), named(by)),),
                words={0: "runs", 1: "halted"},
                runbook="TelemachusConsumerHalted",
            ),
            often("Consumers started anew", "telemachus_consumer_restarts_total", by),
            often("Holes in streams", "telemachus_stream_holes_total", "stream"),
        ),
    )


def _behind() -> tuple[Query, ...]:
    return (Query(behind("stream"), "{{stream}}"),)


def publishing(by: str) -> Row:
    """What was decided gets out."""
    return Row(
        "Events are published (outbox)",
        (
            one("Not published yet", "telemachus_outbox_pending_messages", by, runbook="TelemachusOutboxStalled"),
            Lines(
                title="The oldest of them waits for",
                says=OLDEST,
                unit="s",
                queries=(Query(since(OLDEST, by=by), named(by)),),
                runbook="TelemachusOutboxStalled",
            ),
            Lines(
                title="Published, by topic",
                says="telemachus_outbox_published_total",
                unit="cps",
                queries=(Query(rate("telemachus_outbox_published_total", by="topic"), "{{topic}}"),),
            ),
            one("Dead letters open", "telemachus_dead_letters_open", by, runbook="TelemachusDeadLetters"),
        ),
    )


def due(by: str) -> Row:
    """What has to happen at a time."""
    return Row(
        "Things fall due",
        (
            one("Due and not done", "telemachus_due_rows", by, runbook="TelemachusDueLate"),
            one("The longest overdue", "telemachus_due_lateness_seconds", by, unit="s", runbook="TelemachusDueLate"),
        ),
    )


def trouble(by: str) -> Row:
    """What was tried again or given up."""
    return Row(
        "Trouble",
        (
            often("Defects, by part", "telemachus_failures_total", "part"),
            often("Tried again, by part", "telemachus_retries_total", "part"),
            often("Started over: somebody was faster", "telemachus_conflicts_total", by),
            often("What operators did", "telemachus_operator_actions_total", "action"),
        ),
    )


def process(by: str) -> Row:
    """Processors, memory, and what stands outside."""
    return Row(
        "Process and connections",
        (
            Lines(
                title="Processors in use",
                says="process_cpu_seconds_total",
                unit="short",
                queries=(Query(rate("process_cpu_seconds_total", by="job"), "{{job}}"),),
            ),
            one("Memory of one process", "process_resident_memory_bytes", by, unit="bytes"),
            Lines(
                title="Connections to MongoDB",
                says="telemachus_mongodb_connections",
                unit="short",
                queries=(Query(f"sum by (state) ({of('telemachus_mongodb_connections')})", "{{state}}"),),
            ),
            Lines(title="Wait for a connection", says=CHECKOUT, unit="s", queries=quantiles(CHECKOUT)),
            often("Got no connection", "telemachus_mongodb_checkout_failures_total", by),
            Stat(
                title="Certificates end in",
                says=EXPIRY,
                unit="s",
                queries=(Query(f"min by (of) ({of(EXPIRY)} - time())", "{{of}}"),),
                nothing="no TLS",
                runbook="TelemachusBrokerCertificateExpires",
            ),
            Stat(
                title="Replicas",
                says="telemachus_build_info",
                unit="short",
                queries=(Query(f"count by ({by}) ({of('telemachus_build_info')})", named(by)),),
            ),
            Stat(
                title="Running for",
                says="process_start_time_seconds",
                unit="s",
                queries=(Query(f"time() - max by ({by}) ({of('process_start_time_seconds')})", named(by)),),
                also="The youngest replica: short times again and again are crashes.",
            ),
        ),
    )


def one(title: str, metric: str, by: str, *, unit: str = "short", runbook: str = "") -> Panel:
    """A count or a length of time, the same in every replica."""
    queries = (Query(worst(metric, by=by), named(by)),)
    return Lines(title=title, says=metric, unit=unit, queries=queries, runbook=runbook)


def often(title: str, metric: str, by: str) -> Panel:
    """How often something happened of late."""
    queries = (Query(grown(metric, by=by, over="5m"), named(by)),)
    return Lines(title=f"{title}, in five minutes", says=metric, unit="short", queries=queries)


def everything(by: str) -> tuple[Row, ...]:
    """All of them, in the order in which one asks."""
    return tuple(row(by) for row in (glance, http, handling, consuming, publishing, due, trouble, process))
