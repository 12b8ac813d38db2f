"""Why somebody has no partner, as codes that are stored and as sentences that are shown."""

from collections import Counter
from collections.abc import Iterable

from services.matching.rules import HARD

Because = tuple[str, ...]
"""One code; or several rules that each would have to give way, in the rules' order."""

NO_ROUND_YET = "no-round-yet"
NOBODY_THERE = "nobody-there"
UNTRAINED = "untrained"
ALL_TAKEN = "all-taken"
CHANGED_MEANWHILE = "changed-meanwhile"
PAIR_ENDED = "pair-ended"
WITHDRAWN = "withdrawn"
SEVERAL = "several-rules"

SENTENCES = {
    NO_ROUND_YET: "No matching round has taken place since they joined.",
    NOBODY_THERE: "Nobody of the other role takes part yet.",
    UNTRAINED: "They have not done the training for their role yet.",
    ALL_TAKEN: "Everybody who suits was paired with somebody else: there are too few who suit.",
    CHANGED_MEANWHILE: "While the round ran, something changed for them or for the partner chosen for them.",
    PAIR_ENDED: "Their pair ended; the next round looks for somebody new.",
    WITHDRAWN: "They no longer take part.",
    **{rule.code: rule.closed for rule in HARD},
}


def code(because: Because) -> str:
    """One code to count by."""
    return because[0] if len(because) == 1 else SEVERAL


def count(left_over: Iterable[Because]) -> dict[str, int]:
    """Reason code → number of people, by code."""
    return dict(sorted(Counter(code(because) for because in left_over).items()))


def sentence(because: Because) -> str:
    """The reason in words."""
    if len(because) == 1:
        return SENTENCES[because[0]]
    return "Several rules together left nobody; even of those nearest it must be said: " + " ".join(
        SENTENCES[each] for each in because
    )
