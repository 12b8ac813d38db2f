"""Who may do what in a programme, and who the two of a pair are."""

from services.feedback.momentum.momentum import Momentum
from services.feedback.people.participant import Participant
from services.feedback.people.programme import Programme
from shared.domain.work import Store, Unit
from shared.web.access import Caller


async def must_manage(caller: Caller, store: Store, programme_id: str) -> None:
    """Raises Forbidden unless the caller manages all countries of the programme."""
    programme = await store.unit().get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)


async def sides_of(unit: Unit, momentum: Momentum) -> list[Participant]:
    """The two of a pair, as far as they are known here."""
    ids = momentum.mentor_id, momentum.mentee_id
    await unit.fetch((Participant, identity) for identity in ids)
    sides = [await unit.find(Participant, identity) for identity in ids]
    return [side for side in sides if side is not None]
