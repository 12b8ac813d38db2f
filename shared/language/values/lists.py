"""Lists of many: of bounded length, which is looked at before anything in them."""

from dataclasses import dataclass
from typing import Any

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

MOST_FAULTS = 50
"""Items that are all told of when they are wrong; of a longer list only the first is."""


@dataclass(frozen=True)
class AtMost:
    """``Annotated[tuple[Topic, ...], AtMost(200)]``: so many items, and not fewer than ``least``.

    A list that is too long is refused at once with one fault: pydantic alone validates every item first, and makes a
    fault of each.
    """

    most: int
    least: int = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        items: Any = handler(source)
        told: Any = {**items, "fail_fast": self.most > MOST_FAULTS}
        heard: Any = {**items, "fail_fast": True, "max_length": self.most}
        if self.least:
            heard["min_length"] = self.least
        # Of an event one fault is enough, and its lists need not become Python's first.
        return core_schema.json_or_python_schema(
            heard, core_schema.no_info_before_validator_function(self._counted, told)
        )

    def _counted(self, items: Any) -> Any:
        if isinstance(items, list | tuple):
            facts = {"field_type": "List", "actual_length": len(items)}
            if len(items) > self.most:
                raise PydanticKnownError("too_long", {**facts, "max_length": self.most})
            if len(items) < self.least:
                raise PydanticKnownError("too_short", {**facts, "min_length": self.least})
        return items


def _once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))


ONCE = AfterValidator(_once)
"""Each in its place; what comes again says nothing new."""
