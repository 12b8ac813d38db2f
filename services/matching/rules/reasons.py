"""Why somebody has no partner: the codes that are stored, and their sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping

from services.matching.rules.rules import HARD
from shared.domain.marking import Addressed, Sentence, _

Because = tuple[str, ...]
"""One code; or several obstacles that each would have to give way: rules in their order, the manager, the minimum."""

NO_ROUND_YET = "no-round-yet"
NOBODY_THERE = "nobody-there"
UNTRAINED = "untrained"
ALL_TAKEN = "all-taken"
CHANGED_MEANWHILE = "changed-meanwhile"
PAIR_ENDED = "pair-ended"
NOT_CHOSEN = "not-chosen"
WITHDRAWN = "withdrawn"
NO_GAIN = "no-gain"
KEPT_APART = "kept-apart"
MINIMUM = "minimum-score"
SEVERAL = "several-rules"

SENTENCES: Mapping[str, Sentence | Addressed] = {
    NO_ROUND_YET: Addressed(
        you=_("No matching round has taken place since you joined."),
        others=_("No matching round has taken place since they joined."),
    ),
    NOBODY_THERE: _("Nobody of the other role takes part yet."),
    UNTRAINED: Addressed(
        you=_("You have not done the training for your role yet."),
        others=_("They have not done the training for their role yet."),
    ),
    ALL_TAKEN: Addressed(
        you=_("Everybody who suits you was paired with somebody else."),
        others=_("Everybody who suits them was paired with somebody else."),
    ),
    CHANGED_MEANWHILE: Addressed(
        you=_("While the round ran, something changed for you or for the partner chosen for you."),
        others=_("While the round ran, something changed for them or for the partner chosen for them."),
    ),
    PAIR_ENDED: Addressed(
        you=_("Your pair ended; somebody new is being looked for."),
        others=_("Their pair ended; somebody new is being looked for."),
    ),
    NOT_CHOSEN: Addressed(
        you=_("A manager did not choose the pair that was proposed for you."),
        others=_("A manager did not choose the pair that was proposed for them."),
    ),
    WITHDRAWN: Addressed(you=_("You no longer take part."), others=_("They no longer take part.")),
    NO_GAIN: Addressed(
        you=_(
            "The programme goes for the best total score: those who suit you were paired with somebody else, "
            "or a pair with you would not have raised it."
        ),
        others=_(
            "The programme goes for the best total score: those who suit them were paired with somebody else, "
            "or a pair with them would not have raised it."
        ),
    ),
    KEPT_APART: Addressed(
        you=_("A manager keeps you apart from those who would suit you."),
        others=_("A manager keeps them apart from those who would suit."),
    ),
    SEVERAL: _("Several rules together left nobody."),
    MINIMUM: Addressed(
        you=_("A pair with those who would suit you would score less than the programme asks for."),
        others=_("A pair with those who would suit would score less than the programme asks for."),
    ),
    **{rule.code: rule.closed for rule in HARD},
}


BROKEN: Mapping[str, Sentence | Addressed] = {rule.code: rule.broken for rule in HARD}
"""What it means for two people that a hard rule keeps them apart."""


def code(because: Because) -> str:
    """One code to count by."""
    return because[0] if len(because) == 1 else SEVERAL


def count(left_over: Iterable[Because]) -> dict[str, int]:
    """Reason code → number of people, by code."""
    return dict(sorted(Counter(code(because) for because in left_over).items()))
