"""A programme in figures: what is counted of what is stored, and the summary made of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from services.feedback.figures.release import FEWEST
from shared.language.matching import PairState
from shared.language.sessions import Outcome

TooFew = Literal["too few"]
Counts = Mapping[tuple[Any, ...], int]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a summary is made of."""

    pairs: Counts = field(default_factory=dict)
    """By state, whether they are at risk, and how often they have recovered."""
    sessions: Counts = field(default_factory=dict)
    """By outcome."""
    answers: Counts = field(default_factory=dict)
    """By how it felt, and how useful it was."""
    people: int = 0
    """Who gave these answers."""
    published: bool = True
    """Whether these answers are a release; before the first they are only counted."""


class Pulses(BaseModel):
    """How it felt, over everybody; means are of the scale 1 to 5, to one decimal.

    Of ratings, what is published: it is renewed once five further people have answered, and not all alike.
    """

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


def _pulses(counted: Counted, possible: int) -> Pulses:
    answered = sum(counted.answers.values())
    if not answered or not counted.published:
        return Pulses(possible=possible, answered=answered, people=counted.people)
    feeling, useful = (sum(answer[nth] * times for answer, times in counted.answers.items()) for nth in (0, 1))
    return Pulses(
        answered=answered,
        possible=possible,
        people=counted.people,
        feeling=mean(feeling, answered, counted.people),
        useful=mean(useful, answered, counted.people),
    )


def summary_of(programme_id: str, counted: Counted) -> Summary:
    """The summary, from what was counted; both sides of every session held can answer."""
    by_state: Counter[PairState] = Counter()
    at_risk = recovered = saved = 0
    for (state, alarmed, recoveries), pairs in counted.pairs.items():
        by_state[PairState(state)] += pairs
        at_risk += pairs if alarmed and state == PairState.ACTIVE else 0
        recovered += pairs * recoveries
        saved += pairs if recoveries and not alarmed and state != PairState.DISSOLVED else 0
    by_outcome = {Outcome(outcome): sessions for (outcome,), sessions in counted.sessions.items()}
    return Summary(
        programme_id=programme_id,
        pairs={state: by_state[state] for state in PairState},
        sessions={outcome: by_outcome.get(outcome, 0) for outcome in Outcome},
        at_risk=at_risk,
        recovered=recovered,
        saved=saved,
        pulses=_pulses(counted, possible=2 * by_outcome.get(Outcome.HELD, 0)),
    )
