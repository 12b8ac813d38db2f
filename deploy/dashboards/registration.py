"""The row about erasures, which only registration has."""

from deploy.dashboards.panels import one
from deploy.dashboards.spec import Lines, Query, Row, named, since

PENDING, OLDEST = "telemachus_erasures_pending", "telemachus_erasures_oldest_timestamp_seconds"
ALERT = "TelemachusErasureOverdue"


def erasures(by: str) -> Row:
    """Whoever asked to be forgotten."""
    return Row(
        "Erasures",
        (
            one("People to be erased", PENDING, by, runbook=ALERT),
            Lines(
                title="The longest wait",
                says=OLDEST,
                unit="s",
                queries=(Query(since(OLDEST, by=by), named(by)),),
                runbook=ALERT,
            ),
        ),
    )
