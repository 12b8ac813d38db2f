"""Days and instants: of the years 2000 to 2199, which every calendar and every sum of days can deal with."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted, described_as_accepted

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)
YEARS = range(FIRST_DAY.year, LAST_DAY.year + 1)
"""As they are written: near the ends an offset from UTC may lead into the next one, which harms nobody."""

D = TypeVar("D", bound=date)


@dataclass(frozen=True)
class _Bounded:
    """A date or an aware datetime within bounds; one that was accepted once is brought to the nearer bound."""

    first: date
    last: date
    written: re.Pattern[str]
    """How text begins that is one: a number would be seconds since 1970."""
    fault: PydanticCustomError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(self._within, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        bounds = {} if described_as_accepted() else {"pattern": self.written.pattern}
        return {**handler(schema), **bounds}

    def _within(self, said: Any, handler: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> date:
        kept = accepted(info)
        if not (kept or isinstance(said, date) or (isinstance(said, str) and self.written.match(said))):
            raise self.fault
        try:
            day: date = handler(said)
        except ValidationError:
            raise self.fault from None
        if day.year in YEARS:
            return day
        if not kept:
            raise self.fault
        return self.first if day.year < FIRST_DAY.year else self.last


_YEAR = r"^2[01][0-9]{2}-"

Day = Annotated[date, _Bounded(FIRST_DAY, LAST_DAY, re.compile(_YEAR + r"[0-9]{2}-[0-9]{2}$"), not_valid("no-day"))]
"""A day of the calendar, 2000-01-01 to 2199-12-31."""

Instant = Annotated[
    AwareDatetime, _Bounded(FIRST, LAST, re.compile(_YEAR + r"[0-9]{2}-[0-9]{2}[Tt ]"), not_valid("no-instant"))
]
"""A moment with its offset from UTC, of the same years."""
