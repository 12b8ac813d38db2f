"""The pulse: how a session felt, asked of each side once. What is answered never leaves this service."""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from pydantic import Field

from services.feedback.momentum.momentum import Momentum
from services.feedback.people.participant import Participant
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent, Refused
from shared.domain.shown import Shown
from shared.language.feedback import FeedbackSubmitted
from shared.language.sessions import Outcome
from shared.language.terms import Role
from shared.language.values.figures import WHOLE
from shared.language.values.lines import Text
from shared.language.values.value import Sent

Rating = Annotated[int, Field(ge=1, le=5), WHOLE]
"""1 not at all, 5 very much."""


class Answer(Sent):
    """What somebody says after a session; the comment is for nobody else's eyes."""

    feeling: Rating
    useful: Rating
    comment: Annotated[str, Text(2000, least=0), Field(repr=False)] = ""


def pulse_id(session_id: str, role: Role) -> str:
    """One pulse per session and side."""
    return f"{session_id}.{role}"


@dataclass(frozen=True, kw_only=True)
class Pulse(Aggregate):
    """One side's answer after one session; ``id`` is ``pulse_id(session, role)``."""

    collection: ClassVar[str] = "pulses"
    about: ClassVar[tuple[str, ...]] = ("participant_id",)
    shown: ClassVar[Shown] = Shown(
        to_author=("programme_id", "pair_id", "session_id", "participant_id", "role", "answer"),
        to_nobody=("published",),
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "published"), ("participant_id",))

    programme_id: str
    pair_id: str
    session_id: str
    participant_id: str
    role: Role
    answer: Answer
    published: bool = False
    """Whether its two figures are in what is published of the programme; never the answer itself."""

    @classmethod
    def submitted(
        cls, momentum: Momentum, session_id: str, by: Participant, answer: Answer, before: "Pulse | None"
    ) -> "Pulse":
        """The answer of one side; raises Absent for an unknown session, Refused before it was held or twice."""
        meeting = momentum.meeting(session_id)
        if meeting is None:
            raise Absent("no-such", kind="session", id=session_id)
        if meeting.outcome is not Outcome.HELD:
            raise Refused("session-not-held", outcome=meeting.outcome)
        if before is not None:
            raise Refused("answered-already")
        pulse = cls(
            id=pulse_id(session_id, by.role),
            programme_id=momentum.programme_id,
            pair_id=momentum.id,
            session_id=session_id,
            participant_id=by.id,
            role=by.role,
            answer=answer,
        )
        return pulse.raising(pulse._told())

    def in_a_release(self) -> "Pulse":
        """Its two figures are published among others'."""
        return replace(self, published=True)

    def anonymous(self, nobody: str) -> "Pulse":
        """Who answered was erased: the two figures stay, under an id that means nothing.

        Without them a mean would change on that day, and the difference would tell what they had answered.
        """
        return replace(self, participant_id=nobody, answer=self.answer.model_copy(update={"comment": ""}))

    def _told(self) -> FeedbackSubmitted:
        return FeedbackSubmitted(
            programme_id=self.programme_id,
            pulse_id=self.id,
            pair_id=self.pair_id,
            session_id=self.session_id,
            role=self.role,
        )
