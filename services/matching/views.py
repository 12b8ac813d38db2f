"""Matching as people see it: codes and figures, and sentences in the reader's language."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Request
from pydantic import BaseModel
from typing_extensions import override

from services.matching import reasons
from services.matching.comparing import Change, Reached, Setting, Turn
from services.matching.outcome import Alternative, Certificate, Door, Opening, Quality, Scarcity, Stage
from services.matching.pair import NotMade, Pair, PairState
from services.matching.report import Place, Tally
from services.matching.round import Round, RoundState
from services.matching.rules import words
from shared.events import Parting, RoundFailure
from shared.programme import Id, PairingRules
from shared.web.wording import negotiate, translations

Say = Callable[[str], str]
"""Puts an English sentence into the reader's language."""


def _(sentence: str) -> str:
    """Marks a sentence for translation."""
    return sentence


async def _say(request: Request) -> Say:
    return translations(negotiate(request.headers.get("accept-language", ""))).gettext


Saying = Annotated[Say, Depends(_say)]

FAILURES = {
    RoundFailure.PROGRAMME_OVER: _("The programme is over."),
    RoundFailure.WORKER_LOST: _("The computation broke off several times."),
    RoundFailure.DEFECT: _(
        "The computation failed because of a defect in the product; the operators see it in the logs."
    ),
}


class CriterionView(BaseModel):
    """One rule's share, in words and points."""

    rule: str
    sentence: str
    points: int


class PairView(BaseModel):
    """A pair and why it is one."""

    pair_id: str
    programme_id: str
    round_id: str | None
    """None: from the waiting list."""
    mentor_id: str
    mentee_id: str
    state: PairState
    because: Parting | None
    not_made: NotMade | None
    formed_at: datetime | None
    declinable_until: datetime | None
    locked: bool
    score: int
    criteria: list[CriterionView]
    teaches: list[str]
    """Topics the mentor brings to the mentee, the most valuable first."""
    hands_down: list[str]
    """Topics the mentee brings to the mentor."""
    mentors_alternative: Alternative | None
    mentees_alternative: Alternative | None
    broken: list[str]
    """Hard rules that a change in somebody's data has broken since."""

    @classmethod
    def of(cls, pair: Pair, say: Say) -> Self:
        return cls(
            pair_id=pair.id,
            programme_id=pair.programme_id,
            round_id=pair.round_id,
            mentor_id=pair.mentor_id,
            mentee_id=pair.mentee_id,
            state=pair.state,
            because=pair.because,
            not_made=pair.not_made,
            formed_at=pair.formed_at,
            declinable_until=pair.declinable_until,
            locked=pair.locked,
            score=pair.score,
            criteria=[CriterionView(rule=c.rule, sentence=say(words(c)), points=c.points) for c in pair.criteria],
            teaches=list(pair.teaches),
            hands_down=list(pair.hands_down),
            mentors_alternative=pair.mentors_alternative,
            mentees_alternative=pair.mentees_alternative,
            broken=list(pair.broken),
        )


class Couple(BaseModel):
    """Two people a manager puts together or keeps apart."""

    mentor_id: Id
    mentee_id: Id

    @property
    def two(self) -> tuple[str, str]:
        return self.mentor_id, self.mentee_id


class RoundView(BaseModel):
    """How a round went, or is going."""

    round_id: str
    programme_id: str
    state: RoundState
    requested_at: datetime
    ended_at: datetime | None
    what_if: bool
    based_on: str
    because: RoundFailure | None
    failure: str
    """Why it failed, in words."""
    pairs: int
    """Formed up to now; what is proposed stands in ``proposed``."""
    total_score: int
    proposed: Tally
    formed: Tally
    unmatched: dict[str, int]
    """Reason → number of people."""
    digest: str

    @classmethod
    def of(cls, found: Round, say: Say) -> Self:
        return cls(
            round_id=found.id,
            programme_id=found.programme_id,
            state=found.state,
            requested_at=found.requested_at,
            ended_at=found.ended_at,
            what_if=found.choices.what_if,
            based_on=found.choices.based_on,
            because=found.failure,
            failure=say(FAILURES[found.failure]) if found.failure else "",
            pairs=found.formed.pairs,
            total_score=found.formed.total_score,
            proposed=found.proposed,
            formed=found.formed,
            unmatched=found.unmatched,
            digest=found.report.digest if found.report else "",
        )


class ChoicesView(BaseModel):
    """What the round goes by, apart from the people."""

    pairing: PairingRules | None
    """None: the programme's, as they are when the round starts."""
    seed: int
    locked: list[Couple]
    forbidden: list[Couple]


class ReportView(BaseModel):
    """The proof, how good the round is, what was short, and whose record could not be read."""

    certificate: Certificate
    quality: Quality
    scarcity: Scarcity
    left_out: dict[str, str]
    """Participant id → what is wrong with the record."""
    seconds: dict[Stage, float]


class RoundDetails(RoundView):
    """A round with all that is known of it as a whole."""

    choices: ChoicesView
    report: ReportView | None
    """From the moment it proposes."""

    @classmethod
    @override
    def of(cls, found: Round, say: Say) -> Self:
        choices, report = found.choices, found.report
        return cls(
            **dict(RoundView.of(found, say)),
            choices=ChoicesView(
                pairing=choices.pairing,
                seed=choices.seed,
                locked=[Couple(mentor_id=mentor, mentee_id=mentee) for mentor, mentee in choices.locked],
                forbidden=[Couple(mentor_id=mentor, mentee_id=mentee) for mentor, mentee in choices.forbidden],
            ),
            report=ReportView.model_validate(report, from_attributes=True) if report else None,
        )


class PlaceView(BaseModel):
    """Somebody a round leaves over: why, which rules closed which doors, and what would open some."""

    participant_id: str
    reason: str
    rules: list[str]
    """The rules that would have to give way; the reason itself when it is no rule."""
    sentence: str
    open_doors: int
    """People every rule allows, all paired otherwise."""
    doors: list[Door]
    openings: list[Opening]
    """The most effective first."""

    @classmethod
    def of(cls, place: Place, say: Say) -> Self:
        left = place.left_over
        return cls(
            participant_id=place.participant_id,
            reason=reasons.code(left.because),
            rules=list(left.because),
            sentence=reasons.sentence(left.because, say),
            open_doors=left.open_doors,
            doors=list(left.doors),
            openings=list(left.openings),
        )


class ComparisonView(BaseModel):
    """Two rounds side by side."""

    before: Reached
    after: Reached
    difference: dict[str, float]
    """Figure → how much more the second round reaches."""
    settings: list[Setting]
    """Those that differ."""
    turns: dict[Turn, int]
    """How many people gain a partner, lose one, or get another."""
    changes: list[Change]
    """Some of them, by participant id; the rest is had with ``after``."""
