"""What links in letters do with a pair: say no to it in its first days, end it before its time."""

from collections.abc import Mapping

from services.matching.pages.partner.routes import DECLINING, ENDED, PARTING
from services.matching.pairs.pair import Pair
from services.matching.pairs.pairing import decline, part
from shared.domain.errors import Absent
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.language.matching import Parting
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link


async def _mine(link: Link, unit: Unit) -> Pair:
    """Raises Absent where it is none of theirs."""
    pair = await unit.get(Pair, link.subject)
    if link.participant_id not in (pair.mentor_id, pair.mentee_id):
        raise Absent("no-such", kind="pair", id=link.subject)
    return pair


async def _offer_no(link: Link, unit: Unit, _say: Say, _language: str) -> Offer:
    pair = await _mine(link, unit)
    pair.declined(unit.now)
    return Offer(_("You say no to this pair. Nobody asks why, and nobody is told who it was"))


async def _decline(link: Link, _chosen: str, unit: Unit) -> None:
    await decline(unit, await _mine(link, unit))


async def _offer_end(link: Link, unit: Unit, _say: Say, _language: str) -> Offer:
    pair = await _mine(link, unit)
    pair.dissolved(Parting.OWN_WISH)
    return Offer(_("Your pair ends, and you are never paired with each other again"))


async def _end(link: Link, _chosen: str, unit: Unit) -> None:
    await part(unit, await _mine(link, unit), Parting.OWN_WISH)


DEEDS: Mapping[str, Deed] = {
    "decline": Deed(_offer_no, _decline, DECLINING.button, ENDED),
    "end-pair": Deed(_offer_end, _end, PARTING.button, ENDED),
}
