"""Who may do what in a programme."""

from typing import Annotated

from services.matching.members.programme import Programme
from shared.domain.work import Unit
from shared.web.access import Caller, allow

Participant = Annotated[Caller, allow("participant")]


async def managed(programme_id: str, caller: Caller, unit: Unit) -> Programme:
    """The programme, all of whose countries the caller manages; raises Forbidden."""
    programme = await unit.get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)
    return programme
