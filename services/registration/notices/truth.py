"""Whether a letter is still true when it is about to go: the last look, after whatever was heard last."""

from datetime import datetime

from services.registration.board.card import PairCard
from services.registration.board.figures import Figures
from services.registration.notices.kinds import Kind
from services.registration.notices.leading import is_told_of
from services.registration.notices.letter import Letter
from services.registration.people.participant import Participant, Standing
from services.registration.programmes.programme import Programme
from shared.language.matching import PairState
from shared.language.sessions import Outcome

OF_PAIRS = frozenset({Kind.PAIRED, Kind.PLANNED, Kind.MOMENTUM, Kind.LEFT, Kind.ENDED})
"""Their subject is the pair."""
WHILE_TOGETHER = frozenset(
    {Kind.PAIRED, Kind.PLANNED, Kind.MOVED, Kind.CANCELLED, Kind.TOMORROW, Kind.PLACE, Kind.PULSE, Kind.MOMENTUM}
)
AHEAD = frozenset({Kind.MOVED, Kind.TOMORROW, Kind.PLACE})
"""They tell of a session at a time at which it is still planned."""


def pair_of(letter: Letter) -> str:
    """The id of the pair it is about; empty where it is about none."""
    return letter.subject if letter.kind in OF_PAIRS else str(letter.facts.get("pair_id", ""))


def is_true(letter: Letter, reader: Participant, card: PairCard | None, programme: Programme) -> bool:
    """Whether what it says holds now; the pair's card may not have come yet, and then nothing speaks against it."""
    if letter.kind is Kind.TRAINING:
        needed = programme.terms.pairing.training.is_for(reader.profile.role)
        return needed and reader.state is Standing.APPLIED
    if letter.kind is Kind.RECEIVED:
        return reader.state is not Standing.WITHDRAWN
    if card is None:
        return True
    if letter.kind in WHILE_TOGETHER and card.state is not PairState.ACTIVE:
        return False
    if letter.kind is Kind.MOMENTUM:
        return card.at_risk is not None
    return letter.kind not in AHEAD or _is_planned(letter, card)


def is_true_of_programme(letter: Letter, programme: Programme, figures: Figures, now: datetime) -> bool:
    """Whether a contact is still to be told: of a programme that runs, and of pairs as long as any needs help."""
    return is_told_of(programme, now) and (letter.kind is Kind.WEEK or figures.in_need > 0)


def _is_planned(letter: Letter, card: PairCard) -> bool:
    starts_at = datetime.fromisoformat(str(letter.facts["starts_at"]))
    for each in card.meetings:
        if each.session_id == letter.subject:
            return each.outcome is Outcome.SCHEDULED and each.starts_at == starts_at
    return True
