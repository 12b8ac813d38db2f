"""What operators do about letters: they look at those that stand still, let them go again, or withdraw them.

Nothing of it names anybody, or is a word of a letter: ids are opaque, and what servers say is kept as a code alone.
"""

from datetime import datetime
from enum import StrEnum

from services.registration.board.card import PairCard
from services.registration.board.figures import read_figures
from services.registration.notices.kinds import TO_CONTACTS
from services.registration.notices.letter import LONGEST_PAUSE, Fate, Letter
from services.registration.notices.truth import is_true, is_true_of_programme, pair_of
from services.registration.people.participant import Participant
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.work import Order, Unit, Where

OLDEST_FIRST: Order = (("to_go_at", 1), ("_id", 1))


class Part(StrEnum):
    """Which letters are listed."""

    WAITING = "waiting"
    """Those that are to go now or were not taken yet; reminders of next month are none of them."""
    GIVEN_UP = "given-up"


def which(part: Part, now: datetime) -> Where:
    """These letters: what was not taken waits for an hour at most."""
    if part is Part.GIVEN_UP:
        return {"fate": Fate.GIVEN_UP.value}
    return {"fate": Fate.WAITING.value, "due_at": {"$lte": now + LONGEST_PAUSE}}


async def send_again(unit: Unit, identity: str) -> Letter:
    """A letter that was given up waits again, and everything is looked at once more before it goes.

    Raises Absent, and Refused for one that was not given up, is not true any more, or tells nothing new.
    """
    letter = await unit.get(Letter, identity)
    if letter.fate is not Fate.GIVEN_UP:
        raise Refused("letter-not-given-up")
    if unit.now - letter.to_go_at > letter.rule.lasts:
        raise Refused("letter-too-late")
    if not await _is_true(unit, letter):
        raise Refused("letter-overtaken")
    waiting = letter.again(unit.now)
    unit.save(waiting)
    return waiting


async def withdraw(unit: Unit, identity: str) -> Letter:
    """It is not sent any more. What a server is taking at that moment has gone, and is noted so.

    Raises Absent, and Refused for one that neither waits nor was given up.
    """
    letter = await unit.get(Letter, identity)
    if letter.fate not in (Fate.WAITING, Fate.GIVEN_UP):
        raise Refused("letter-ended")
    withdrawn = letter.withdrawn(unit.now)
    unit.save(withdrawn)
    return withdrawn


async def _is_true(unit: Unit, letter: Letter) -> bool:
    programme = await unit.find(Programme, letter.programme_id)
    if programme is None:
        return False
    if letter.kind in TO_CONTACTS:
        return programme.contact(letter.participant_id) is not None and await _holds(unit, letter, programme)
    reader = await unit.find(Participant, letter.participant_id)
    about = pair_of(letter)
    card = await unit.find(PairCard, about) if about else None
    return reader is not None and is_true(letter, reader, card, programme)


async def _holds(unit: Unit, letter: Letter, programme: Programme) -> bool:
    figures = await read_figures(unit.store, programme.id, unit.now, unit.now)
    return is_true_of_programme(letter, programme, figures, unit.now)
