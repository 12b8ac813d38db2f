"""The rows about events: handled, waited for and published; and what falls due."""

from deploy.dashboards.panels import CAUGHT_UP, EVENTS, LAG, OLDEST, behind, often, one, quantiles
from deploy.dashboards.spec import Lines, Query, Row, Stat, grown, named, of, rate, since, slowest, worst

AGE, HANDLER = "telemachus_event_age_seconds", "telemachus_handler_duration_seconds"


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
