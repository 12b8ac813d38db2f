"""Matching as people see it: codes and figures, and sentences in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.matching.markets.outcome import Alternative
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rules import reasons
from services.matching.rules.asking import words
from services.matching.telling import sentences
from services.matching.telling.sentences import told
from shared.language.matching import Parting
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.web.wording import Say


@dataclass(frozen=True, kw_only=True)
class AlternativeView(Alternative):
    """A next best partner, in words too."""

    sentence: str


class BrokenView(BaseModel):
    """A rule the pair has broken since it was made."""

    rule: str
    sentence: str


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
    mentors_alternative: AlternativeView | None
    mentees_alternative: AlternativeView | None
    broken: list[BrokenView]
    """Hard rules that a change in somebody's data has broken since."""

    @classmethod
    def of(cls, pair: Pair, say: Say, you: bool = False) -> Self:
        """``you``: it is read by one of the two."""
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
            criteria=[
                CriterionView(rule=each.rule, sentence=told(words(each), say, you), points=each.points)
                for each in pair.criteria
            ],
            teaches=list(pair.teaches),
            hands_down=list(pair.hands_down),
            mentors_alternative=_alternative(pair.mentors_alternative, say),
            mentees_alternative=_alternative(pair.mentees_alternative, say),
            broken=[BrokenView(rule=code, sentence=told(reasons.BROKEN[code], say, you)) for code in pair.broken],
        )


def _alternative(found: Alternative | None, say: Say) -> AlternativeView | None:
    return AlternativeView(**vars(found), sentence=sentences.alternative(found, say)) if found else None


class Couple(Sent):
    """Two people a manager puts together or keeps apart."""

    mentor_id: Id
    mentee_id: Id

    @property
    def two(self) -> tuple[str, str]:
        return self.mentor_id, self.mentee_id
