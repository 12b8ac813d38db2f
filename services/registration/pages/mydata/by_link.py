"""What links in letters do with letters themselves: somebody wants fewer of them."""

from collections.abc import Mapping

from services.registration.pages.mydata.fewer import keep
from services.registration.people.participant import Participant
from services.registration.programmes.contact import Contact
from services.registration.programmes.programme import Programme
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link


async def _contact(link: Link, unit: Unit) -> tuple[Programme | None, Contact | None]:
    """A letter about a programme is one to a contact of it."""
    programme = await unit.find(Programme, link.subject)
    return programme, programme.contact(link.participant_id) if programme else None


async def _offer(link: Link, unit: Unit, _say: Say, _language: str) -> Offer:
    programme, contact = await _contact(link, unit)
    if programme and contact:
        return Offer(_("You receive no figures of the week any more, and still hear of pairs that need help"))
    await unit.get(Participant, link.participant_id)
    return Offer(_("From now on we write only what you have to know: no reminders, and no questions how it was"))


async def _want_fewer(link: Link, _chosen: str, unit: Unit) -> None:
    """Also without anybody looking: mailboxes follow such links by themselves, when their reader presses there."""
    programme, contact = await _contact(link, unit)
    if programme and contact:
        unit.save(programme.without_figures(contact))
        return
    reader = await unit.get(Participant, link.participant_id)
    await keep(unit, [reader.person_id], fewer=True)


FEWER = _(
    "You will receive fewer letters. Whoever takes part can change that on “My data”; contacts of a programme ask its "
    "manager."
)
DEEDS: Mapping[str, Deed] = {"fewer-letters": Deed(_offer, _want_fewer, _("Receive fewer letters"), FEWER)}
