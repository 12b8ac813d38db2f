"""What links in letters do after a session: say how it was, with the first answer in the link."""

from collections.abc import Mapping

from services.feedback.momentum.momentum import Momentum
from services.feedback.pages.pulse.routes import PULSE, THANKS
from services.feedback.people.participant import Participant
from services.feedback.pulse.answering import sides_of, submit
from services.feedback.pulse.pulse import Answer, Pulse, pulse_id
from shared.domain.errors import Absent, Refused
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link

FEELING, USEFUL = (next(each for each in PULSE if each.name == name) for name in ("feeling", "useful"))


async def _mine(link: Link, unit: Unit) -> tuple[Momentum, Participant]:
    """Raises Absent where it is none of theirs."""
    found = await unit.store.all(Momentum, {"meetings.session_id": link.subject}, limit=1)
    if found:
        momentum = await unit.get(Momentum, found[0].id)
        for side in await sides_of(unit, momentum):
            if side.id == link.participant_id:
                return momentum, side
    raise Absent("no-such", kind="session", id=link.subject)


async def _offer(link: Link, unit: Unit, say: Say, _language: str) -> Offer:
    momentum, me = await _mine(link, unit)
    before = await unit.find(Pulse, pulse_id(link.subject, me.role))
    Pulse.submitted(momentum, link.subject, me, _answered(link, next(iter(USEFUL.options))), before)
    felt = say(FEELING.options[link.chosen])
    options = {value: say(word) for value, word in USEFUL.options.items()}
    return Offer(_("How you felt: %(felt)s"), {"felt": felt}, USEFUL.title, options)


async def _answer(link: Link, chosen: str, unit: Unit) -> None:
    momentum, me = await _mine(link, unit)
    await submit(unit, momentum, link.subject, lambda side: side.id == me.id, _answered(link, chosen))


def _answered(link: Link, chosen: str) -> Answer:
    if link.chosen not in FEELING.options or chosen not in USEFUL.options:
        raise Refused("link-unanswered")
    return Answer(feeling=int(link.chosen), useful=int(chosen))


DEEDS: Mapping[str, Deed] = {"pulse": Deed(_offer, _answer, PULSE.button, THANKS)}
