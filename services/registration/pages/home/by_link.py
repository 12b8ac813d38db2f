"""What a link in a letter does with one's part in a programme: step back from it."""

from collections.abc import Mapping

from pydantic import ValidationError

from services.registration.pages.home.part import LEAVING, Leaving
from services.registration.pages.home.reading import Mine, read_mine
from services.registration.people.participant import Participant, Standing
from shared.domain.errors import Absent, Refused
from shared.domain.marking import Say, Sentence, _
from shared.domain.work import Unit
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link

WHY = next(each for each in LEAVING if each.name == "because")
PAIRED: Sentence = _(
    "You step back from “%(title)s” for good: your pair ends, and sessions to come are taken out of both calendars"
)
ALONE: Sentence = _("You step back from “%(title)s” for good: we no longer look for a partner for you")


async def _mine(link: Link, unit: Unit) -> Mine:
    """Raises Absent for whoever is not known any more, Refused where there is nothing to step back from."""
    participant = await unit.get(Participant, link.participant_id)
    parts = await read_mine(unit.store, [participant.person_id], participant.programme_id)
    mine = next((each for each in parts if each.participant.id == participant.id), None)
    if mine is None:
        raise Absent("no-such", kind="participant", id=participant.id)
    if participant.state is Standing.WITHDRAWN:
        raise Refused("withdrawn-for-good", about=participant.person_id)
    if not mine.is_current:
        raise Refused("programme-has-ended")
    return mine


async def _offer(link: Link, unit: Unit, say: Say, _language: str) -> Offer:
    mine = await _mine(link, unit)
    options = {value: say(word) for value, word in WHY.options.items()}
    return Offer(PAIRED if mine.pairs else ALONE, {"title": mine.programme.terms.title}, WHY.title, options, WHY.help)


async def _step_back(link: Link, chosen: str, unit: Unit) -> None:
    await _mine(link, unit)
    try:
        because = Leaving.model_validate({"because": chosen}).because
    except ValidationError:
        raise Refused("link-unanswered") from None
    unit.save((await unit.get(Participant, link.participant_id)).withdrawn(because))


DEEDS: Mapping[str, Deed] = {
    "step-back": Deed(
        _offer, _step_back, LEAVING.button, _("You have stepped back. Thank you for having been part of it.")
    )
}
