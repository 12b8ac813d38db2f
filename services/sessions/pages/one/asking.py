"""What can be done about a session, by one of the two or by a manager: what is sent for it, and what that does."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from services.sessions.series import changing
from services.sessions.series.changing import Cancel
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.values.days import Day, Instant
from shared.language.values.value import Sent
from shared.language.values.zones import zone_of
from shared.web.access import Caller
from shared.web.forms.acting import Acting, Done
from shared.web.forms.declaring import Asked, Form, Options


class Offered(Sent):
    """One of the times that suit both."""

    to: Instant


class Move(Sent):
    """When it takes place instead, by the clock that the form names."""

    on: Day
    at: time


@dataclass(frozen=True)
class Asking:
    """The forms of one kind of reader."""

    cancel: Form[Cancel]
    offered: Form[Offered]
    move: Form[Move]


@dataclass(frozen=True)
class Seen:
    """A session, as somebody sees it who may change it."""

    caller: Caller
    session: Session
    parties: Parties

    @property
    def zone(self) -> str:
        """In whose clock they tell when it takes place instead."""
        raise NotImplementedError


def asking(*, why: str, seen_by: str, travelling: str, times: str, clock: str) -> Asking:
    """The forms in words for one kind of reader; all are marked sentences."""
    reasons: Options = {
        "no-time": _("Something else has come up"),
        "ill": _("Somebody is ill"),
        "travelling": travelling,
        "other": _("Another reason"),
    }
    day, at = Asked("on", _("Day"), "date", short=True), Asked("at", _("Time"), "time", help=clock, short=True)
    return Asking(
        Form(Cancel, (Asked("because", why, "one", help=seen_by, options=reasons),), button=_("Cancel the session")),
        Form(Offered, (Asked("to", times, "one"),), button=_("Move to this time")),
        Form(Move, (day, at), button=_("Move the session")),
    )


WAS_CANCELLED = _("The session is cancelled and out of both calendars.")
WAS_MOVED = _("The session has been moved, in both calendars.")


def cancelling(seen: Seen, done: Done) -> Acting[Cancel]:
    """It does not take place."""

    async def work(cancel: Cancel, unit: Unit) -> Done:
        found, parties = await _anew(seen, unit)
        by = parties.role_of(seen.caller.plays)
        await changing.cancel(unit, found, parties, by=by, because=cancel.because)
        return done

    return work


def moving_to(seen: Seen, done: Done) -> Acting[Offered]:
    """It takes place at a time that was offered."""

    async def work(offered: Offered, unit: Unit) -> Done:
        return await _move(seen, unit, offered.to, done)

    return work


def moving(seen: Seen, done: Done) -> Acting[Move]:
    """It takes place at another time."""

    async def work(move: Move, unit: Unit) -> Done:
        at = move.at.replace(second=0, microsecond=0, tzinfo=zone_of(seen.zone))
        return await _move(seen, unit, datetime.combine(move.on, at), done)

    return work


async def _move(seen: Seen, unit: Unit, to: datetime, done: Done) -> Done:
    found, parties = await _anew(seen, unit)
    await changing.move(unit, found, parties, to.astimezone(UTC))
    return done


async def _anew(seen: Seen, unit: Unit) -> tuple[Session, Parties]:
    """As this unit of work sees them."""
    found = await unit.get(Session, seen.session.id)
    return found, await Parties.of(found, unit)
