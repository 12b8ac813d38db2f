"""A programme, as each service keeps it."""

from dataclasses import dataclass
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.language.terms import Terms


@dataclass(frozen=True, kw_only=True)
class AnyProgramme(Aggregate):
    """What every service knows of it; ``id`` is the same in all of them."""

    collection: ClassVar[str] = "programmes"

    terms: Terms
