"""What every page about a programme's people asks first: who manages some of them."""

from typing import Annotated

from services.registration.programmes.programme import Programme
from shared.web.lists import managed

Managing = managed.Managing[Programme]
Managed = Annotated[Managing, managed.about(Managing.partly, Programme)]
