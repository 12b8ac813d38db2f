"""What the programme office looks at: people, pairs, sessions and how they feel. Counts, never names."""

from deploy.dashboards.panels import EVENTS
from deploy.dashboards.spec import Lines, Panel, Query, Row, Stat, grown, since, worst
from shared.language.feedback import FeedbackSubmitted, MentorRecognised, PairAtRisk, PairRecovered
from shared.language.matching import PairCompleted, PairDissolved
from shared.language.registration import ParticipantRegistered, ParticipantWithdrawn
from shared.language.sessions import SessionCancelled, SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event

JOBS = "registration|matching"
"""Registration hears every event of a programme once; matching counts people and pairs."""
FORMED, DECLINED = "telemachus_pairs_formed_total", "telemachus_pairs_declined_total"
HANDLED = 'job="registration",outcome="handled"'
ONCE = "Counted where registration hears of it."


def _happened(kind: type[Event], over: str) -> str:
    return grown(EVENTS, HANDLED, f'type="{kind.type}"', over=over)


def _times(title: str, **kinds: type[Event]) -> Stat:
    """How often it happened in the time shown."""
    queries = tuple(Query(_happened(kind, "$__range"), legend) for legend, kind in kinds.items())
    return Stat(title=title, says=EVENTS, unit="short", queries=queries, also=ONCE)


def _by_day(title: str, **kinds: type[Event]) -> Lines:
    queries = tuple(Query(_happened(kind, "1d"), legend) for legend, kind in kinds.items())
    return Lines(title=f"{title}, in a day", says=EVENTS, unit="short", queries=queries, also=ONCE, wide=True)


def _now(title: str, metric: str) -> Panel:
    return Stat(title=title, says=metric, unit="short", queries=(Query(worst(metric, by="region"), "{{region}}"),))


def _counted(title: str, metric: str, legend: str, by: str = "") -> Panel:
    return Stat(title=title, says=metric, unit="short", queries=(Query(grown(metric, by=by), legend),))


def office() -> tuple[Row, ...]:
    """What to act on, then what happened."""
    last = "telemachus_round_last_success_timestamp_seconds"
    return (
        Row(
            "Now",
            (
                _now("People waiting for a partner", "telemachus_people_waiting"),
                _now("Pairs that break a rule", "telemachus_pairs_broken"),
                Stat(
                    title="Last round",
                    says=last,
                    unit="s",
                    queries=(Query(since(last, last=True), "ago"),),
                    runbook="TelemachusRoundFailed",
                ),
            ),
            closed=False,
        ),
        Row(
            "In the time shown",
            (
                _times("People", registered=ParticipantRegistered, withdrawn=ParticipantWithdrawn),
                _counted("Pairs formed", FORMED, "by {{way}}", "way"),
                _counted("Pairs declined", DECLINED, "declined"),
                _times("Pairs ended", completed=PairCompleted, dissolved=PairDissolved),
                _times("Sessions", held=SessionHeld, cancelled=SessionCancelled, missed=SessionMissed),
                _times("Momentum", at_risk=PairAtRisk, recovered=PairRecovered),
                _times("Pulses", answered=FeedbackSubmitted),
                _times("Mentors recognised", recognised=MentorRecognised),
                _counted("Rounds", "telemachus_round_computations_total", "{{ending}}", "ending"),
            ),
            closed=False,
        ),
        Row(
            "Day by day",
            (
                _by_day(
                    "Sessions",
                    scheduled=SessionScheduled,
                    held=SessionHeld,
                    cancelled=SessionCancelled,
                    missed=SessionMissed,
                ),
                _by_day(
                    "Pairs",
                    at_risk=PairAtRisk,
                    recovered=PairRecovered,
                    completed=PairCompleted,
                    dissolved=PairDissolved,
                ),
                _by_day("Pulses", answered=FeedbackSubmitted),
            ),
        ),
    )
