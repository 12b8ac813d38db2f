"""A programme in figures: the pipelines that count what is stored, and the summary made of their rows."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from shared.language.matching import PairState
from shared.language.sessions import Outcome

FEWEST = 5
"""People who must have answered before a mean is shown: fewer, and it would tell what somebody said."""

TooFew = Literal["too few"]
Row = dict[str, Any]
Pipeline = list[dict[str, Any]]


def _of(programme_id: str) -> dict[str, Any]:
    return {"$match": {"programme_id": programme_id}}


def pairs_pipeline(programme_id: str) -> Pipeline:
    """Momentum → one row a state: pairs, at_risk (of active ones), recoveries, saved."""
    at_risk = {"$and": ["$at_risk", {"$eq": ["$state", PairState.ACTIVE]}]}
    goes_on = {"$ne": ["$state", PairState.DISSOLVED]}
    saved = {"$and": [goes_on, {"$not": ["$at_risk"]}, {"$gt": ["$recoveries", 0]}]}
    group = {
        "_id": "$state",
        "pairs": {"$sum": 1},
        "at_risk": {"$sum": {"$toInt": at_risk}},
        "recoveries": {"$sum": "$recoveries"},
        "saved": {"$sum": {"$toInt": saved}},
    }
    return [_of(programme_id), {"$group": group}]


def sessions_pipeline(programme_id: str) -> Pipeline:
    """Momentum → one row an outcome: sessions."""
    group = {"_id": "$meetings.outcome", "sessions": {"$sum": 1}}
    return [_of(programme_id), {"$unwind": "$meetings"}, {"$group": group}]


def pulses_pipeline(programme_id: str) -> Pipeline:
    """Pulses → at most one row: people, answered, and the sums of feeling and useful."""
    sums = {name: {"$sum": f"$answer.{name}"} for name in ("feeling", "useful")}
    total = {name: {"$sum": f"${name}"} for name in ("answered", "feeling", "useful")}
    return [
        _of(programme_id),
        {"$group": {"_id": "$participant_id", "answered": {"$sum": 1}, **sums}},
        {"$group": {"_id": None, "people": {"$sum": 1}, **total}},
    ]


class Pulses(BaseModel):
    """How it felt, over everybody; means are of the scale 1 to 5, to one decimal."""

    answered: int = 0
    possible: int
    people: int = 0
    feeling: float | TooFew = "too few"
    useful: float | TooFew = "too few"


class Summary(BaseModel):
    """A programme as it stands. ``recovered`` counts recoveries, ``saved`` the pairs that held on after one."""

    programme_id: str
    pairs: dict[PairState, int]
    sessions: dict[Outcome, int]
    at_risk: int
    recovered: int
    saved: int
    pulses: Pulses


def mean(total: int, answered: int, people: int) -> float | TooFew:
    """The mean answer, once enough people stand behind it."""
    return round(total / answered, 1) if people >= FEWEST else "too few"


def _pulses(rows: Sequence[Row], possible: int) -> Pulses:
    if not rows:
        return Pulses(possible=possible)
    (row,) = rows
    answered, people = row["answered"], row["people"]
    return Pulses(
        answered=answered,
        possible=possible,
        people=people,
        feeling=mean(row["feeling"], answered, people),
        useful=mean(row["useful"], answered, people),
    )


def summary_of(programme_id: str, pairs: Sequence[Row], sessions: Sequence[Row], pulses: Sequence[Row]) -> Summary:
    """The summary, from the rows of the three pipelines; both sides of every session held can answer."""
    by_state = {PairState(row["_id"]): int(row["pairs"]) for row in pairs}
    by_outcome = {Outcome(row["_id"]): int(row["sessions"]) for row in sessions}
    return Summary(
        programme_id=programme_id,
        pairs={state: by_state.get(state, 0) for state in PairState},
        sessions={outcome: by_outcome.get(outcome, 0) for outcome in Outcome},
        at_risk=sum(row["at_risk"] for row in pairs),
        recovered=sum(row["recoveries"] for row in pairs),
        saved=sum(row["saved"] for row in pairs),
        pulses=_pulses(pulses, possible=2 * by_outcome.get(Outcome.HELD, 0)),
    )
