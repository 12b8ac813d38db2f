"""Numbers and truth values as JSON has them: text is none, nor is one the other. In cells of a file they are text."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticKnownError

IN_TEXT: Final[Mapping[str, bool]] = {"in_text": True}
"""The context of a validation of cells."""


def _number(fault: Any) -> Callable[[Any, ValidationInfo], Any]:
    def read(said: Any, info: ValidationInfo) -> Any:
        if isinstance(said, bool) or (isinstance(said, str | bytes) and not _in_text(info)):
            raise PydanticKnownError(fault)
        return said

    return read


def _truth(said: Any, info: ValidationInfo) -> Any:
    if not (isinstance(said, bool) or _in_text(info)):
        raise PydanticKnownError("bool_type")
    return said


def _in_text(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get("in_text"))


WHOLE: Final = BeforeValidator(_number("int_type"))
"""``Annotated[int, Field(ge=1), WHOLE]``: 3, and 3.0, which is the same in JSON."""
NUMBER: Final = BeforeValidator(_number("float_type"))
TRUTH: Final = BeforeValidator(_truth)
"""``Annotated[bool, TRUTH]``: true or false."""
