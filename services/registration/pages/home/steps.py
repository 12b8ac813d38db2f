"""How far somebody is in a programme, and so what is next for them: worked out, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.registration.board.card import Meeting, PairCard, active_of
from services.registration.people.participant import Participant, Standing, has_to_train
from services.registration.programmes.programme import Programme
from shared.language.sessions import Outcome


class Step(StrEnum):
    """What somebody's part in a programme waits for."""

    TRAIN = "train"
    """They are to be trained, before which nobody looks for a partner."""
    WAIT = "wait"
    """A partner is looked for."""
    PLAN = "plan"
    """There is a partner, and no session is to come."""
    MEET = "meet"
    """A session is to come."""
    OVER = "over"
    WITHDRAWN = "withdrawn"


def step_of(participant: Participant, programme: Programme, cards: Sequence[PairCard], now: datetime) -> Step:
    """The one that is next; ``cards`` are those of the participant's pairs."""
    if participant.state is Standing.WITHDRAWN:
        return Step.WITHDRAWN
    if programme.is_over(now):
        return Step.OVER
    active = active_of(cards)
    if active:
        return Step.MEET if any(card.next_meeting(now) for card in active) else Step.PLAN
    untrained = has_to_train(participant.state, participant.profile.role, programme.terms)
    return Step.TRAIN if untrained else Step.WAIT


@dataclass(frozen=True)
class Open:
    """A session that was to be, and of which nobody has said yet whether it was."""

    pair_id: str
    meeting: Meeting


def unanswered(cards: Sequence[PairCard], now: datetime) -> list[Open]:
    """Of pairs that work together, the earliest first; one that is under way counts."""
    found = [
        Open(card.id, meeting)
        for card in active_of(cards)
        for meeting in card.meetings
        if meeting.outcome is Outcome.SCHEDULED and meeting.starts_at < now
    ]
    return sorted(found, key=lambda each: each.meeting.starts_at)
