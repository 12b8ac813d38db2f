"""Text that people see: characters that can be read, and none that hides, breaks or turns what stands around it.

What cannot be seen but has its place in a word (joiners, soft hyphens, marks of direction) stays; what a terminal or a
page would obey (controls, escapes, overrides of direction) and what nobody can read (private characters, halves of
characters, tags) is refused. The list is written out, so that it is the same for every version of Python and can stand
in JSON Schemas.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema
from typing_extensions import override

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted, described_as_accepted

_NOBODYS = "\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufff9-\\ufffb\\ufffe\\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff"
"""Private characters, what is none, annotations and tags; halves of characters are no text to begin with."""
OF_LINES = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2061-\u206f" + _NOBODYS
"""What is in no line: controls, ends of lines and paragraphs, overrides of direction, operators that are not seen."""
OF_TEXTS = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2061-\u206f" + _NOBODYS
"""What is in no text: the same, but for ends of lines and tabs."""
ENDS = r"\t\n\v\f\r\x85\u2028\u2029"
UNSEEN = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\\uffa0\\ufff0-\\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e0fff"
)
"""What shows nothing when it is alone."""
AROUND = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
"""What is taken off both ends: white space, also such as has no width."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


SHOWN = 64
"""Characters of what nobody expected that are repeated."""


def shown(text: str, most: int = SHOWN) -> str:
    """Whatever it is, short and so that it can be printed: for words that somebody made up."""
    readable = re.sub(f"[{OF_LINES}\\ud800-\\udfff]", UNREADABLE, text[:most])
    return readable if len(text) <= most else f"{readable[:-1]}…"


@dataclass(frozen=True)
class Line:
    """``Annotated[str, Line(120)]``: one line of at most so many characters, stripped of white space at both ends.

    At least ``least`` of them can be seen. What was accepted once is mended: a tab or an end of a line becomes a
    space, what nobody can read «�», and of a line with nothing to see that remains.
    """

    most: int
    least: int = 1

    refused: ClassVar[str] = OF_LINES
    fault: ClassVar[PydanticCustomError] = not_valid("not-one-line")

    @property
    def pattern(self) -> str:
        """What it looks like."""
        fine, seen = f"[^{self.refused}]", f"[^{self.refused}{UNSEEN}]"
        between = f"{fine}{{{self.least - 2},}}{seen}" if self.least > 1 else ""
        return f"^{fine}*{seen}{between}{fine}*$" if self.least else f"^{fine}*$"

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(max_length=self.most)
        return core_schema.with_info_wrap_validator_function(self._read, text)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        kept = described_as_accepted()
        least = {"minLength": min(self.least, 1) if kept else self.least} if self.least else {}
        return {**handler(schema), **least, **({} if kept else {"pattern": self.pattern})}

    def _read(self, said: Any, handler: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> str:
        text: str = handler(self._trimmed(said) if isinstance(said, str) else said)
        if self._form.search(text):
            return text
        if accepted(info):
            return self._mended(text)
        if len(text) < self.least:
            raise PydanticKnownError("string_too_short", {"min_length": self.least})
        raise self.fault

    def _mended(self, text: str) -> str:
        readable = re.sub(f"[{self.refused}]", UNREADABLE, self._joined(text))
        return readable or UNREADABLE * min(self.least, 1)

    def _trimmed(self, text: str) -> str:
        return text.strip(AROUND)

    def _joined(self, text: str) -> str:
        return re.sub(f"[{ENDS}]+", " ", text)


class Text(Line):
    """The same of several lines: ``Annotated[str, Text(2000, least=0)]``. Lines end with a line feed."""

    refused: ClassVar[str] = OF_TEXTS
    fault: ClassVar[PydanticCustomError] = not_valid("not-plain-text")

    @override
    def _trimmed(self, text: str) -> str:
        return super()._trimmed(self._joined(text))

    @override
    def _joined(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")
