"""How people behave: who meets, cancels, moves or forgets a session, and how it felt.

A small model, not a study. Each pair has its own reliability, on average two thirds without training of both and
more with it. Besides, some mentees go through a busy spell in which nothing takes place; most come out of it.
Every answer is a hash of the seed and of what it is about, so it does not depend on the order of questions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from deploy.local.scenario.drawing.draw import between, chance, pick
from shared.language.sessions import Cancellation
from shared.language.terms import Role


class Outcome(StrEnum):
    """What becomes of a session."""

    HELD = "held"
    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, kw_only=True)
class Couple:
    """Mentor and mentee by employee id, and whether both did the training."""

    mentor: str
    mentee: str
    both_trained: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A pulse: 1 (bad) to 5 (very good)."""

    feeling: int
    useful: int
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What becomes of one session. ``by`` confirms it, cancels it, and moves it if it is moved."""

    outcome: Outcome
    by: Role
    because: Cancellation
    moved: bool
    answers: Mapping[Role, Answer] = field(default_factory=dict)


RELIABLE = {True: (0.86, 0.99), False: (0.6, 0.9)}
SPELL = {True: 0.18, False: 0.35}
"""Chance of a busy spell."""
FOR_GOOD = 0.15
"""Of the busy spells, the share that does not end."""
LONG = 0.2
"""Of those that end, the share that lasts three sessions instead of two."""
MOVED = 0.1
CANCELS_RATHER_THAN_FORGETS = 0.7
ANSWERS = 0.75
REASONS = (Cancellation.NO_TIME, Cancellation.NO_TIME, Cancellation.ILL, Cancellation.TRAVELLING, Cancellation.OTHER)
COMMENTS = (
    "We tried it on a real example, that helped.",
    "Half an hour is short, but it was worth it.",
    "I learned as much as I taught.",
    "Next time we prepare one question each.",
)


@dataclass(frozen=True)
class Behaviour:
    """Everybody's behaviour under one seed."""

    seed: int

    def meeting(self, couple: Couple, number: int) -> Meeting:
        """What becomes of the couple's session with that number, from 1."""
        about = (self.seed, couple.mentor, couple.mentee, number)
        outcome = self._outcome(couple, number)
        answers = self._answers(couple, number) if outcome is Outcome.HELD else {}
        return Meeting(
            outcome=outcome,
            by=pick((Role.MENTOR, Role.MENTEE), *about, "by"),
            because=pick(REASONS, *about, "because"),
            moved=outcome is Outcome.HELD and chance(*about, "moved") < MOVED,
            answers=answers,
        )

    def reliability(self, couple: Couple) -> float:
        """The chance that a session of this couple takes place when nobody is in a busy spell."""
        low, high = RELIABLE[couple.both_trained]
        return low + (high - low) * chance(self.seed, couple.mentor, couple.mentee, "reliability")

    def busy(self, couple: Couple, number: int) -> bool:
        """Whether the mentee is in a busy spell at that session: two or three sessions, or all that are left."""
        about = (self.seed, couple.mentee, "spell")
        if chance(*about) >= SPELL[couple.both_trained]:
            return False
        first = between(1, 2, *about, "first")
        if chance(*about, "for good") < FOR_GOOD:
            return number >= first
        return first <= number < first + (3 if chance(*about, "long") < LONG else 2)

    def _outcome(self, couple: Couple, number: int) -> Outcome:
        about = (self.seed, couple.mentor, couple.mentee, number)
        if not self.busy(couple, number) and chance(*about, "held") < self.reliability(couple):
            return Outcome.HELD
        cancels = chance(*about, "cancels") < CANCELS_RATHER_THAN_FORGETS
        return Outcome.CANCELLED if cancels else Outcome.FORGOTTEN

    def _answers(self, couple: Couple, number: int) -> dict[Role, Answer]:
        about = (self.seed, couple.mentor, couple.mentee, number)
        lowest = 3 if couple.both_trained else 2
        return {
            role: Answer(
                feeling=between(lowest, 5, *about, role, "feeling"),
                useful=between(lowest, 5, *about, role, "useful"),
                comment=pick(COMMENTS, *about, role, "which") if chance(*about, role, "comment") < 0.2 else "",
            )
            for role in Role
            if chance(*about, role, "answers") < ANSWERS
        }
