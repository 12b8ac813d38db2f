"""The rows about erasures and letters, which only registration has."""

from deploy.dashboards.panels import one
from deploy.dashboards.spec import Lines, Query, Row, named, since, worst

PENDING, OLDEST = "telemachus_erasures_pending", "telemachus_erasures_oldest_timestamp_seconds"
ALERT = "TelemachusErasureOverdue"
LETTERS, WAITING = "telemachus_letters", "telemachus_letters_waiting"
OLDEST_LETTER, STAND_STILL = "telemachus_letters_oldest_timestamp_seconds", "TelemachusLettersStandStill"


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


def letters(by: str) -> Row:
    """Whether people are written to."""
    oldest = Query(since(OLDEST_LETTER, by=by), named(by))
    fates = Query(worst(LETTERS, by=f"{by}, fate"), named(f"{by}, fate"))
    return Row(
        "Letters",
        (
            one("Letters whose time has come", WAITING, by, runbook=STAND_STILL),
            Lines(
                title="The oldest of them",
                says=OLDEST_LETTER,
                unit="s",
                queries=(oldest,),
                runbook=STAND_STILL,
            ),
            Lines(title="What has become of letters", says=LETTERS, unit="short", queries=(fates,)),
        ),
    )
