"""Outcomes as a solver would tell them, without having solved anything."""

import hashlib
from collections.abc import Mapping

from services.matching.markets.outcome import (
    Certificate,
    Figures,
    LeftOver,
    Match,
    Outcome,
    Quality,
    Scarcity,
    Stage,
    Worth,
)


def outcome_of(
    matches: tuple[Match, ...] = (), left: Mapping[str, LeftOver] | None = None, *, people: int = 0, text: str = ""
) -> Outcome:
    """What is said of these matches; ``people`` get a first partner, ``text`` is what the digest is of."""
    total = sum(match.score for match in matches)
    reached = Worth(people=people, returning=0, points=total)
    figures = Figures(people=people, paired=people, total=total, mean=0.0, minimum=0, maximum=0, spread=0.0)
    return Outcome(
        matches=matches,
        left_over=dict(left or {}),
        left_out={},
        certificate=Certificate(reached=reached, bound=reached, gap=0, allowed=0, looked_at=0, pools=1, fairest=False),
        quality=Quality(overall=figures, most_possible=people, blocking=0),
        scarcity=Scarcity(),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        seconds={Stage.SOLVING: 0.1},
    )
