"""A form as its template shows it: filled in, and with what was wrong beside each field."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request

from shared.domain.marking import _
from shared.language.reasons import Failure
from shared.web.access import Caller, csrf
from shared.web.faults import MOST_FAULTS, explained
from shared.web.forms.declaring import Asked, Form, Options
from shared.web.forms.reading import Typed
from shared.web.sentences import Sentences
from shared.web.wording import reader

MISSING: Mapping[str, str] = {
    "one": _("Choose one."),
    "list": _("Choose one."),
    "several": _("Choose at least one."),
    "file": _("Choose a file."),
}
FILL_IN = _("Fill this in.")
"""What a person is told of a field that a program is told is missing."""


@dataclass(frozen=True)
class Shown:
    """One question with what stands in it, and what is wrong with that in the reader's language."""

    asked: Asked
    value: str | Sequence[str] = field(repr=False)
    options: Options
    is_needed: bool
    limits: Mapping[str, str]
    fault: str = ""

    @property
    def id(self) -> str:
        """Of the element that is focused."""
        first = f"-{next(iter(self.options))}" if self.asked.kind in ("one", "several") and self.options else ""
        return f"field-{self.asked.name}{first}"

    @property
    def described(self) -> str | None:
        """The ids of what tells more about it: for who cannot see that they are near."""
        near = {"help": self.asked.help, "fault": self.fault}
        return " ".join(f"{self.asked.name}-{what}" for what, said in near.items() if said) or None

    @property
    def attributes(self) -> dict[str, str | None]:
        """Of the element that is filled in; those without a value are left out."""
        return {
            "id": self.id,
            "name": self.asked.name,
            "required": "required" if self.is_needed else None,
            "autocomplete": self.asked.autocomplete or None,
            "data-short": "data-short" if self.asked.short else None,
            "aria-describedby": self.described,
            "aria-invalid": "true" if self.fault else None,
            **self.limits,
        }


@dataclass(frozen=True)
class Filled:
    """A whole form; ``of(name)`` is one of its questions, for templates that put them in places of their own."""

    form: Form[Any]
    fields: Mapping[str, Shown]
    once: str
    csrf: str
    faults: Sequence[str] = field(default=(), repr=False)
    """What is wrong with the whole of it, perhaps with names."""

    def of(self, name: str) -> Shown:
        """One of its questions."""
        return self.fields[name]

    def offering(self, options: Mapping[str, Options]) -> "Filled":
        """The same, with these options in fields whose options are not always the same; in the reader's words."""
        fields = {name: replace(self.fields[name], options=words) for name, words in options.items()}
        return replace(self, fields={**self.fields, **fields})

    @property
    def is_faulty(self) -> bool:
        """Whether it is shown again because something is wrong."""
        return bool(self.faults or self.faulty)

    @property
    def faulty(self) -> list[Shown]:
        """The questions that something is wrong with."""
        return [each for each in self if each.fault]

    def __iter__(self) -> Iterator[Shown]:
        return iter(self.fields.values())

    def refused(self, request: Request, failure: Failure, caller: Caller) -> "Filled":
        """The same with what a rule has said no to: beside the field it is about, or above all."""
        sentences: Sentences = request.app.state.sentences
        you = failure.about is not None and failure.about in caller.ids
        said = sentences.explain(failure.reason, reader(request), you=you)
        name = self.form.beside.get(failure.reason.code)
        if name is None:
            return replace(self, faults=[*self.faults, said])
        return replace(self, fields={**self.fields, name: replace(self.fields[name], fault=said)})


def filled(
    request: Request,
    form: Form[Any],
    known: Typed | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> Filled:
    """The form as it is shown: with what is ``known`` or was typed, and what is wrong with that."""
    faults = _by_field(request, form, errors)
    fields = {
        each.name: Shown(
            each,
            (known or {}).get(each.name, [] if each.is_several else ""),
            each.options,
            form.is_needed(each.name),
            form.limits(each.name),
            faults.get(each.name, ""),
        )
        for each in form
    }
    once = (known or {}).get("once") or secrets.token_urlsafe(16)
    return Filled(form, fields, str(once), csrf(request), [faults[""]] if "" in faults else [])


def _by_field(request: Request, form: Form[Any], errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Field → the first thing that is wrong with it; what is wrong with none that is asked stands under no name."""
    found: dict[str, str] = {}
    for error in errors[:MOST_FAULTS]:
        name = str(error["loc"][0]) if error["loc"] and error["loc"][0] in form.names else ""
        found.setdefault(name, _said(request, form, name, error))
    return found


def _said(request: Request, form: Form[Any], name: str, error: Mapping[str, Any]) -> str:
    sentences: Sentences = request.app.state.sentences
    language = reader(request)
    kind = next((each.kind for each in form if each.name == name), "")
    if (error["type"] == "missing" and kind) or (error["type"] == "too_short" and kind == "several"):
        return sentences.say(language)(MISSING.get(kind, FILL_IN))
    problem = str(explained(error, sentences, language)["problem"])
    return problem[:1].upper() + problem[1:]
