"""A session with the forms of what can be done about it, as templates are given it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from services.sessions.pages.one.asking import Asking, Seen
from services.sessions.planning.planning import openings
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.work import Store, Unit
from shared.language.sessions import Outcome
from shared.language.values.zones import zone_of
from shared.web.forms.showing import Filled, filled

OFFERED = 3


async def shown(
    request: Request, store: Store, seen: Seen, forms: Asking, told: Callable[[datetime], str], sent: Filled | None
) -> dict[str, Any]:
    """How it stands, and its forms; ``sent`` is the one that is shown again, ``told`` a time as its reader is told."""
    unit, session = store.unit(), seen.session
    is_open = session.state is Outcome.SCHEDULED and unit.now < session.ends_at
    times = await other_times(unit, session, seen.parties) if is_open and seen.parties.complete else []
    begins = session.starts_at.astimezone(zone_of(seen.zone))
    as_it_is = {"on": begins.date().isoformat(), "at": begins.strftime("%H:%M")}
    made = {each.body: filled(request, each, as_it_is) for each in (forms.cancel, forms.offered, forms.move)}
    if sent:
        made[sent.form.body] = sent
    offered = {as_sent(each): told(each) for each in times}
    return {
        "session": session,
        "programme": seen.parties.programme,
        "is_open": is_open,
        "has_begun": session.starts_at <= unit.now,
        "times": times,
        "cancel": made[forms.cancel.body],
        "offered": made[forms.offered.body].offering({"to": offered}),
        "move": made[forms.move.body],
    }


def as_sent(moment: datetime) -> str:
    """As a form sends it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def other_times(unit: Unit, found: Session, parties: Parties) -> list[datetime]:
    """The next times (UTC) at which both work and neither has another session."""
    busy = [span for diary in await parties.diaries(unit) for span in diary.busy]
    length = int((found.ends_at - found.starts_at).total_seconds()) // 60
    terms = parties.programme.terms
    as_long = terms.model_copy(update={"plan": terms.plan.model_copy(update={"minutes": length})})
    return openings(as_long, parties.mentor.calendar, parties.mentee.calendar, busy, unit.now, OFFERED)
