"""States of rounds and pairs, and stages of a computation, as a page says them."""

from collections.abc import Mapping
from typing import Any

from services.matching.markets.outcome import Stage
from services.matching.pairs.pair import NotMade, PairState
from services.matching.rounds.comparing import Turn
from services.matching.rounds.round import RoundState
from shared.domain.marking import Say, Sentence, _, ngettext
from shared.language.matching import Parting, RoundFailure
from shared.language.terms import Role

ROUNDS: Mapping[RoundState, str] = {
    RoundState.REQUESTED: _("waits for its turn"),
    RoundState.RUNNING: _("is being computed"),
    RoundState.PROPOSED: _("waits for your decision"),
    RoundState.APPROVING: _("is forming its pairs"),
    RoundState.COMPLETED: _("is complete"),
    RoundState.FAILED: _("has failed"),
    RoundState.CANCELLED: _("was cancelled"),
    RoundState.SUPERSEDED: _("was replaced by another round"),
}
"""Within a sentence about it."""
STANDINGS: Mapping[RoundState, str] = {
    RoundState.REQUESTED: _("waiting for its turn"),
    RoundState.RUNNING: _("being computed"),
    RoundState.PROPOSED: _("waiting for your decision"),
    RoundState.APPROVING: _("forming its pairs"),
    RoundState.COMPLETED: _("completed"),
    RoundState.FAILED: _("failed"),
    RoundState.CANCELLED: _("cancelled"),
    RoundState.SUPERSEDED: _("replaced by another round"),
}
"""Standing alone, in a list of rounds."""
PAIRS: Mapping[PairState, str] = {
    PairState.PROPOSED: _("proposed"),
    PairState.FORMED: _("together"),
    PairState.DROPPED: _("not made"),
    PairState.DECLINED: _("declined"),
    PairState.DISSOLVED: _("ended early"),
    PairState.COMPLETED: _("completed"),
}
ENDED: Mapping[Parting, str] = {
    Parting.WITHDRAWN: _("One of the two no longer takes part."),
    Parting.MANAGER: _("A manager has ended the pair."),
    Parting.OWN_WISH: _("The pair ended at the wish of the two, or of one of them."),
    Parting.DECLINED: _("One of the two said no in the first days."),
}
NOT_MADE: Mapping[NotMade, str] = {
    NotMade.SUPERSEDED: _("Another proposal was approved instead."),
    NotMade.REFUSED: _("A manager did not want this pair."),
    NotMade.CHANGED_MEANWHILE: _(
        "When it was to be made, something had changed: a rule no longer held, or somebody had no place left."
    ),
    NotMade.OVER: _("The programme ended first."),
}
STAGES: Mapping[Stage, str] = {
    Stage.READING: _("Reading who takes part"),
    Stage.SCORING: _("Finding out who suits whom"),
    Stage.SOLVING: _("Looking for the best pairs"),
    Stage.PROVING: _("Proving that they are the best"),
    Stage.EXPLAINING: _("Writing down the reasons"),
}
FAILED: Mapping[RoundFailure, str] = {
    RoundFailure.PROGRAMME_OVER: _("The programme is over."),
    RoundFailure.WORKER_LOST: _("The computation broke off several times."),
    RoundFailure.DEFECT: _(
        "The computation failed because of a defect in the product; the operators see it in the logs."
    ),
}
TURNS: Mapping[Turn, Sentence] = {
    Turn.GAINS: ngettext("One person gains a partner.", "%(count)s people gain a partner."),
    Turn.LOSES: ngettext("One person loses a partner.", "%(count)s people lose a partner."),
    Turn.ANOTHER: ngettext("One person gets another partner.", "%(count)s people get another partner."),
}
"""What the second of two rounds would mean, and for how many."""
CHANGED: Mapping[Turn, str] = {
    Turn.GAINS: _("new: %(gained)s"),
    Turn.LOSES: _("no longer: %(lost)s"),
    Turn.ANOTHER: _("new: %(gained)s; no longer: %(lost)s"),
}
"""What it would mean for one of them."""
WHO: Mapping[Role, str] = {Role.MENTOR: _("a mentor"), Role.MENTEE: _("a mentee")}
SAID: dict[str, Any] = {
    "rounds": ROUNDS,
    "standings": STANDINGS,
    "states": PAIRS,
    "ended": ENDED,
    "not_made": NOT_MADE,
    "stages": STAGES,
    "failed": FAILED,
}


def who_is(names: Mapping[str, str], participant_id: str, role: Role | None, say: Say) -> str:
    """The name, or the role where the reader may not know it or nobody can tell at the moment."""
    return names.get(participant_id) or say(WHO[role] if role else _("somebody"))
