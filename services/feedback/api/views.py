"""What people are shown of a pair and of their own pulse: behaviour, never what somebody said."""

from pydantic import AwareDatetime, BaseModel

from services.feedback.momentum.momentum import Meeting, Momentum
from services.feedback.pulse.pulse import Pulse
from shared.language.matching import PairState
from shared.language.sessions import Outcome
from shared.language.terms import Role


class PulseView(BaseModel):
    """Thank you: the answer is kept and not repeated."""

    pulse_id: str
    pair_id: str
    session_id: str
    role: Role

    @classmethod
    def of(cls, pulse: Pulse) -> "PulseView":
        return cls(pulse_id=pulse.id, pair_id=pulse.pair_id, session_id=pulse.session_id, role=pulse.role)


class MomentumView(BaseModel):
    """How a pair is getting on. ``since`` is when the first of the sessions lost in a row began or should have."""

    pair_id: str
    programme_id: str
    state: PairState
    at_risk: bool
    in_a_row: int
    since: AwareDatetime | None
    sessions: dict[Outcome, int]
    last_outcome: Outcome | None
    last_met: AwareDatetime | None
    next_session: AwareDatetime | None

    @classmethod
    def of(cls, momentum: Momentum) -> "MomentumView":
        losses, last, counted = momentum.losses(), momentum.last_settled(), momentum.by_outcome()
        return cls(
            pair_id=momentum.id,
            programme_id=momentum.programme_id,
            state=momentum.state,
            at_risk=momentum.at_risk,
            in_a_row=momentum.in_a_row,
            since=losses[0].starts_at if losses else None,
            sessions={outcome: counted[outcome] for outcome in Outcome},
            last_outcome=last.outcome if last else None,
            last_met=momentum.last_met(),
            next_session=momentum.next_meeting(),
        )


class Alarm(BaseModel):
    """A pair at risk, with the facts: which sessions it lost since ``last_met``, and whether one is planned."""

    pair_id: str
    mentor_id: str
    mentee_id: str
    since: AwareDatetime
    lost: tuple[Meeting, ...]
    last_met: AwareDatetime | None
    next_session: AwareDatetime | None

    @classmethod
    def of(cls, momentum: Momentum) -> "Alarm":
        losses = momentum.losses()
        return cls(
            pair_id=momentum.id,
            mentor_id=momentum.mentor_id,
            mentee_id=momentum.mentee_id,
            since=losses[0].starts_at,
            lost=losses,
            last_met=momentum.last_met(),
            next_session=momentum.next_meeting(),
        )
