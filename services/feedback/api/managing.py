"""Who may do what in a programme."""

from services.feedback.people.programme import Programme
from shared.domain.work import Store
from shared.web.access import Caller


async def must_manage(caller: Caller, store: Store, programme_id: str) -> None:
    """Raises Forbidden unless the caller manages all countries of the programme."""
    programme = await store.unit().get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)
