"""Codes that the world writes in several ways and that have one form: countries, languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.language.values.accepted import accepted, described_as_accepted


@dataclass(frozen=True)
class Canonical:
    """``Annotated[str, Canonical(canonical, r"^[A-Za-z]{2}$", not_valid("no-country"))]``: any way to write it is taken
    and becomes the one; what ``canonical`` does not know is refused. What was accepted once stays as it is then."""

    canonical: Callable[[str], str | None]
    pattern: str
    """What JSON Schemas say that it looks like."""
    fault: PydanticCustomError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **({} if described_as_accepted() else {"pattern": self.pattern})}

    def _read(self, text: str, info: ValidationInfo) -> str:
        found = self.canonical(text)
        if found is None and not accepted(info):
            raise self.fault
        return found or text
