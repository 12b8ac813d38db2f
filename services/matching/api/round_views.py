"""What of rounds goes out over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.matching.api.views import Couple
from services.matching.markets.outcome import (
    Certificate,
    Door,
    Opening,
    Price,
    Progress,
    Quality,
    Stage,
    Wanted,
)
from services.matching.rounds.comparing import Change, Reached, Setting, Turn
from services.matching.rounds.report import Place, Report, Tally
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from services.matching.telling import sentences
from shared.domain.marking import _
from shared.language.matching import RoundFailure
from shared.language.terms import PairingRules
from shared.web.dependencies import Retell
from shared.web.wording import Say

FAILURES = {
    RoundFailure.PROGRAMME_OVER: _("The programme is over."),
    RoundFailure.WORKER_LOST: _("The computation broke off several times."),
    RoundFailure.DEFECT: _(
        "The computation failed because of a defect in the product; the operators see it in the logs."
    ),
}


@dataclass(frozen=True, kw_only=True)
class DoorView(Door):
    """What a rule did to somebody's chances, in words too."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class OpeningView(Opening):
    """A change that would help, in words too."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class PriceView(Price):
    """How scarce something is, in words too."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class WantedView(Wanted):
    """Whom to look for, in words too."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class CertificateView(Certificate):
    """The proof, in words too."""

    sentence: str


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
    """Reason → number of people; while pairs are formed, of those who have been told by then."""
    progress: Progress | None
    """While it is computed."""
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
            progress=found.progress,
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

    certificate: CertificateView
    quality: Quality
    prices: list[PriceView]
    """What mentors are short of, the dearest first."""
    wanted: list[WantedView]
    """Which mentors to look for, the most helpful first."""
    left_out: dict[str, str]
    """Participant id → what is wrong with the record, in words."""
    seconds: dict[Stage, float]

    @classmethod
    def of(cls, report: Report, say: Say, retell: Retell) -> Self:
        proof, short = report.certificate, report.scarcity
        return cls(
            certificate=CertificateView(**vars(proof), sentence=sentences.certificate(proof, say)),
            quality=report.quality,
            prices=[PriceView(**vars(each), sentence=sentences.price(each, say)) for each in short.prices],
            wanted=[WantedView(**vars(each), sentence=sentences.wanted(each, say)) for each in short.wanted],
            left_out={who: retell(what) for who, what in report.left_out.items()},
            seconds=report.seconds,
        )


class RoundDetails(RoundView):
    """A round with all that is known of it as a whole."""

    choices: ChoicesView
    report: ReportView | None
    """From the moment it proposes."""

    @classmethod
    def in_full(cls, found: Round, say: Say, retell: Retell) -> Self:
        choices, report = found.choices, found.report
        return cls(
            **dict(RoundView.of(found, say)),
            choices=ChoicesView(
                pairing=choices.pairing,
                seed=choices.seed,
                locked=[Couple(mentor_id=mentor, mentee_id=mentee) for mentor, mentee in choices.locked],
                forbidden=[Couple(mentor_id=mentor, mentee_id=mentee) for mentor, mentee in choices.forbidden],
            ),
            report=ReportView.of(report, say, retell) if report else None,
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
    doors: list[DoorView]
    openings: list[OpeningView]
    """The most effective first."""

    @classmethod
    def of(cls, place: Place, say: Say, you: bool = False) -> Self:
        """``you``: they read it themselves."""
        left = place.left_over
        return cls(
            participant_id=place.participant_id,
            reason=reasons.code(left.because),
            rules=list(left.because),
            sentence=sentences.waits(left.because, say, you),
            open_doors=left.open_doors,
            doors=[DoorView(**vars(each), sentence=sentences.door(each, say, you)) for each in left.doors],
            openings=[OpeningView(**vars(each), sentence=sentences.opening(each, say, you)) for each in left.openings],
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
    """Some of them, by participant id."""
