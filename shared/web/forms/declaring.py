"""What a form asks: a body that says what is valid, and for each of its fields how it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from shared.language.values.value import Sent

Body = TypeVar("Body", bound=Sent)

Kind = Literal["text", "email", "number", "date", "time", "long", "tick", "one", "several", "list", "file"]
"""How it is asked for: «long» has room for lines, «tick» is a box for yes, «one» and «several» show all their options,
«list» hides them until it is opened. Of a «file» the body has the name; the route is given the file itself."""

Options = Mapping[str, str]
"""What is sent → what is shown, in words."""

LIMITS = {"maxLength": "maxlength", "minLength": "minlength", "minimum": "min", "maximum": "max"}
"""What a schema calls a limit → what HTML does."""


class Nothing(Sent):
    """The body of a form that asks nothing: its button says it."""


@dataclass(frozen=True)
class Asked:
    """One question; title, help and the options' words are marked sentences."""

    name: str
    """Of the body's field."""
    title: str
    kind: Kind = "text"
    help: str = ""
    options: Options = field(default_factory=dict)
    """Those that are always the same; others are given where the form is shown."""
    autocomplete: str = ""
    """What a browser may know already, in the words of HTML: name, email, organization-title."""
    short: bool = False
    """Whether little is typed, so that the field is narrow."""

    @property
    def is_several(self) -> bool:
        """Whether more than one value is sent."""
        return self.kind == "several"


@dataclass(frozen=True)
class Form(Generic[Body]):
    """The questions in the order they are asked in; raises LookupError for one that the body does not know."""

    body: type[Body]
    questions: Sequence[Asked]
    button: str
    """What it does, as a marked sentence."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Code of a refusal → the field it is about."""

    def __post_init__(self) -> None:
        for name in (*self.names, *self.beside.values()):
            if name not in self.body.model_fields:
                raise LookupError(f"{self.body.__name__} has no field {name}")

    @property
    def names(self) -> list[str]:
        """What is asked."""
        return [question.name for question in self.questions]

    @property
    def takes_a_file(self) -> bool:
        """Whether a browser has to send it in parts."""
        return any(question.kind == "file" for question in self)

    def is_needed(self, name: str) -> bool:
        """Whether there is no going on without it."""
        return self.body.model_fields[name].is_required()

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.body.model_json_schema(by_alias=False)["properties"]
        return properties

    def limits(self, name: str) -> dict[str, str]:
        """What a browser may know of the field's limits, as HTML writes it."""
        schema = self._schema[name]
        either = [schema, *schema.get("anyOf", [])]
        return {html: str(part[said]) for said, html in LIMITS.items() for part in either if said in part}

    def __iter__(self) -> Iterator[Asked]:
        return iter(self.questions)
