"""Why something is refused, absent or not done: a code and facts. The sentence is made where somebody reads it.

Written as one line, ``session-was-moved number=3 day=2026-03-02 because="no time"``, it stands in logs, in dead letters
and in documents, and can be read back from there.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Self

from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import override

Fact = str | int | float | date | datetime | Sequence[str]
"""A date is one until it is shown; an enumeration's member is a word."""

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME, _BARE = re.compile(r" ([a-z_]+)="), re.compile(r"[^\s\"\[]\S*")
_WORD = re.compile(r"(?!(?:true|false|null|NaN|Infinity)$)[A-Za-z][\w.:/@+*-]*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_JSON = json.JSONDecoder()
_SHOWABLE: TypeAdapter[Fact] = TypeAdapter(str | bool | int | float | tuple[str, ...], config=ConfigDict(strict=True))
"""Half a character is none, nor is nothing."""


class AnyOf(tuple[str, ...]):
    """A fact of several, one of which is enough: «a or b»."""

    __slots__ = ()


class OneByOne(tuple[str, ...]):
    """A fact of several whose words are whole sentences: they are told one after the other."""

    __slots__ = ()


@dataclass(frozen=True, init=False)
class Reason:
    """A code, stable and in kebab-case, and the facts its sentence names."""

    code: str
    facts: Mapping[str, Fact]

    def __init__(self, code: str, /, **facts: Fact) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "facts", facts)

    @override
    def __str__(self) -> str:
        return self.code + "".join(f" {name}={_written(value)}" for name, value in self.facts.items())

    @property
    def plain_facts(self) -> dict[str, Any]:
        """The facts as JSON has them."""
        return {name: plain(fact) for name, fact in self.facts.items()}

    @override
    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def read(cls, line: str) -> Self | None:
        """What was written so; None for any other text."""
        code = CODE.match(line)
        if code is None:
            return None
        facts: dict[str, Fact] = {}
        place = code.end()
        while name := _NAME.match(line, place):
            try:
                facts[name[1]], place = _read(line, name.end())
            except (ValueError, RecursionError):
                return None
        return cls(code[0], **facts) if place == len(line) else None

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """In documents it is its line."""
        line = core_schema.no_info_plain_validator_function(cls._validated)
        return core_schema.json_or_python_schema(line, line, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def _validated(cls, value: object) -> Self:
        found = value if isinstance(value, cls) else cls.read(value) if isinstance(value, str) else None
        if found is None:
            raise ValueError("no code with facts")
        return found


class Failure(Exception):
    """Something people are told of, by its code and facts; as text it is one line for logs, never a sentence."""

    def __init__(self, code: str, /, *, about: str | None = None, **facts: Fact) -> None:
        super().__init__(code)
        self.reason = Reason(code, **facts)
        self.about = about
        """The id of the person whom the sentence is about: it says «you» to them. It is no fact and leaves no trace."""

    @override
    def __str__(self) -> str:
        return str(self.reason)

    def told_with(self, **facts: Fact) -> "Failure":
        """The same with these facts, for the eyes of one reader: names, where rooms know ids alone."""
        return Failure(self.reason.code, about=self.about, **{**self.reason.facts, **facts})


def plain(value: Fact) -> Any:
    """The fact as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return value
    return [plain(each) for each in value]


def _written(value: Fact) -> str:
    text = plain(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return str(text)
    if isinstance(text, str) and _WORD.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False, separators=(",", ":"))


def _read(line: str, place: int) -> tuple[Fact, int]:
    """The value that begins there, and where it ends; raises ValueError."""
    bare = _BARE.match(line, place)
    if bare and _DAY.fullmatch(bare[0]):
        return date.fromisoformat(bare[0]), bare.end()
    if bare and _WORD.fullmatch(bare[0]):
        return bare[0], bare.end()
    _, end = _JSON.raw_decode(line, place)
    return _SHOWABLE.validate_json(line[place:end]), end


def not_valid(code: str, /, **facts: Fact) -> PydanticCustomError:
    """What a validator raises: the same, as one of the faults pydantic collects.

    What is wrong with a value is told field by field, so its sentence goes on where the field's name ended. Pydantic
    puts facts into the line wherever their names stand in braces, and would make gigabytes of a body full of «{name}»:
    an opening brace is escaped.
    """
    return PydanticCustomError(code, str(Reason(code, **facts)).replace("{", r"\u007b"), dict(facts))
