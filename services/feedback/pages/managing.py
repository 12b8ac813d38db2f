"""What every page about a programme's momentum and figures asks first: who manages all of the programme."""

from typing import Annotated

from services.feedback.people.programme import Programme
from shared.web.lists.managed import Managing, about

Managed = Annotated[Managing[Programme], about(Managing[Programme].whole, Programme)]
