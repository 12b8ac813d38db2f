"""Text of one form: ids, codes, clock times. Whatever has another form is refused with a code, never with a pattern."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Form:
    """``Annotated[str, Form(r"^[A-Z]{2}$", not_valid("no-country"))]``; the code's sentence says what is expected."""

    pattern: str
    fault: PydanticCustomError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(
            pattern=self.pattern, ascii_only=True
        )  # to pydantic «\d» is a digit of any script
        return core_schema.custom_error_schema(
            text, custom_error_type=self.fault.type, custom_error_message=self.fault.message_template
        )
