"""What links in letters do with a session: say that it took place, cancel it, choose another time."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from services.sessions.pages.one.asking import WAS_CANCELLED, WAS_MOVED
from services.sessions.pages.one.ours import FORMS, WAS_HELD
from services.sessions.pages.one.showing import as_sent, other_times
from services.sessions.people.participant import Participant
from services.sessions.series import changing
from services.sessions.series.changing import Cancel
from services.sessions.series.parties import Parties
from services.sessions.series.session import Session
from shared.domain.errors import Absent, Refused
from shared.domain.marking import Say, Sentence, _
from shared.domain.work import Unit
from shared.language.sessions import Cancellation
from shared.language.terms import Role
from shared.language.values.days import Instant
from shared.web.languages.times import clock, weekday
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link

MOMENT: TypeAdapter[datetime] = TypeAdapter(Instant)
WHY = next(each for each in FORMS.cancel if each.name == "because")


class _Mine:
    """A session, and the one of the two whose link it is."""

    def __init__(self, session: Session, parties: Parties, me: Participant) -> None:
        self.session, self.parties, self.me = session, parties, me
        self.role = Role.MENTOR if me is parties.mentor else Role.MENTEE

    def when(self, language: str) -> Mapping[str, str]:
        """By the clock of whoever reads."""
        at, zone = self.session.starts_at, self.me.time_zone
        return {"day": weekday(at, zone, language), "time": clock(at, zone, language)}

    def told(self, time: datetime, language: str) -> str:
        """The same of another time, in one."""
        return f"{weekday(time, self.me.time_zone, language)}, {clock(time, self.me.time_zone, language)}"


async def _mine(link: Link, unit: Unit) -> _Mine:
    """Raises Absent where it is none of theirs."""
    session = await unit.get(Session, link.subject)
    parties = await Parties.of(session, unit)
    for side in (parties.mentor, parties.mentee):
        if side.id == link.participant_id and not side.erased:
            return _Mine(session, parties, side)
    raise Absent("no-such", kind="session", id=link.subject)


async def _offer_held(link: Link, unit: Unit, _say: Say, language: str) -> Offer:
    mine = await _mine(link, unit)
    mine.session.hold(by=mine.role, now=unit.now)
    return Offer(_("You met on %(day)s at %(time)s"), mine.when(language))


async def _hold(link: Link, _chosen: str, unit: Unit) -> None:
    mine = await _mine(link, unit)
    await changing.hold(unit, mine.session, by=mine.role)


async def _offer_cancel(link: Link, unit: Unit, say: Say, language: str) -> Offer:
    mine = await _mine(link, unit)
    mine.session.cancel(by=mine.role, because=Cancellation.OTHER, now=unit.now)
    options = {value: say(word) for value, word in WHY.options.items()}
    sentence: Sentence = _("Your session on %(day)s at %(time)s does not take place")
    return Offer(sentence, mine.when(language), WHY.title, options, WHY.help)


async def _cancel(link: Link, chosen: str, unit: Unit) -> None:
    mine = await _mine(link, unit)
    try:
        because = Cancel.model_validate({"because": chosen}).because
    except ValidationError:
        raise Refused("link-unanswered") from None
    await changing.cancel(unit, mine.session, mine.parties, by=mine.role, because=because)


async def _offer_times(link: Link, unit: Unit, _say: Say, language: str) -> Offer:
    mine = await _mine(link, unit)
    times = await other_times(unit, mine.session, mine.parties) if mine.parties.complete else []
    if not times:
        raise Refused("link-without-times")
    sentence: Sentence = _("Your session on %(day)s at %(time)s takes place at another time")
    question = _("Times that suit both of you")
    return Offer(sentence, mine.when(language), question, {as_sent(each): mine.told(each, language) for each in times})


async def _move(link: Link, chosen: str, unit: Unit) -> None:
    mine = await _mine(link, unit)
    try:
        to = MOMENT.validate_python(chosen)
    except ValidationError:
        raise Refused("link-unanswered") from None
    await changing.move(unit, mine.session, mine.parties, to)


DEEDS: Mapping[str, Deed] = {
    "held": Deed(_offer_held, _hold, _("Yes, we met"), WAS_HELD),
    "cancel": Deed(_offer_cancel, _cancel, _("Cancel the session"), WAS_CANCELLED),
    "other-time": Deed(_offer_times, _move, _("Move to this time"), WAS_MOVED),
}
