"""What the two of a pair, or a manager, may do with one session: in one unit of work with both diaries."""

from datetime import datetime
from typing import Literal

from services.sessions.series.moving import must_suit
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.work import Unit
from shared.language.sessions import Cancellation
from shared.language.terms import Role
from shared.language.values.value import Sent


class Cancel(Sent):
    """Why the session does not take place; no more than the category is asked for."""

    because: Literal[Cancellation.NO_TIME, Cancellation.ILL, Cancellation.TRAVELLING, Cancellation.OTHER]


async def hold(unit: Unit, found: Session, *, by: Role | None) -> Session:
    """It took place; raises Refused as ``Session.hold`` does."""
    held = found.hold(by=by, now=unit.now)
    if held is not found:
        unit.save(held)
    return held


async def cancel(unit: Unit, found: Session, parties: Parties, *, by: Role | None, because: Cancellation) -> Session:
    """It does not take place, and both are free at that time again; raises Refused as ``Session.cancel`` does."""
    cancelled = found.cancel(by=by, because=because, now=unit.now)
    if cancelled is not found:
        unit.save(cancelled)
        for diary in await parties.diaries(unit):
            unit.save(diary.free({found.id}))
    return cancelled


async def move(unit: Unit, found: Session, parties: Parties, to: datetime) -> Session:
    """It takes place at another time (UTC); raises Refused unless both work and are free then."""
    moved = found.move(to, now=unit.now)
    if moved is not found:
        must_suit(parties.programme, (parties.mentor, parties.mentee), moved.starts_at, moved.ends_at)
        unit.save(moved)
        for diary in await parties.diaries(unit):
            unit.save(diary.book([moved.booking], unit.now))
    return moved
