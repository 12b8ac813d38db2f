"""The rows about what every service counts; ``by`` tells the series of one panel apart."""

from deploy.dashboards.flow import consuming, due, handling, publishing
from deploy.dashboards.panels import CAUGHT_UP, OLDEST, behind, often, one, quantiles
from deploy.dashboards.spec import Lines, Query, Row, Stat, grown, named, of, rate, share, since, slowest, worst

PEOPLE = 'route!~"/health.*|/metrics"'
"""Who asks for health and metrics is no user."""
HELD = "telemachus_loop_held_seconds"
REQUESTS, ANSWERS = "telemachus_http_requests_total", "telemachus_http_request_duration_seconds"
CHECKOUT, EXPIRY = "telemachus_mongodb_checkout_seconds", "telemachus_certificate_expiry_timestamp_seconds"


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
                also="The share of “5xx”.",
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
            Lines(
                title="How long the event loop was held",
                says=HELD,
                unit="s",
                queries=(Query(slowest(HELD, 1, by=by), named(by)),),
                also="The longest of all.",
                line=0.1,
                runbook="TelemachusLoopHeld",
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


def everything(by: str) -> tuple[Row, ...]:
    """All of them, in the order in which one asks."""
    return tuple(row(by) for row in (glance, http, handling, consuming, publishing, due, trouble, process))
