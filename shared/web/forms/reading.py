"""What a browser has sent, read as what the form's body says: typed, or with what is wrong with each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from shared.web.door.forgery import form_of
from shared.web.forms.declaring import Asked, Body, Form

Typed = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Read(Generic[Body]):
    """What was typed, and what it means: a body, or what is wrong in pydantic's words."""

    typed: Typed = field(repr=False)
    once: str
    body: Body | None = field(repr=False)
    errors: Sequence[Mapping[str, Any]] = field(default=())

    def must_be_read(self) -> Body:
        """What it means; raises RequestValidationError, for a form that asks nothing of whoever sends it."""
        if self.body is None:
            raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in self.errors])
        return self.body


async def read(request: Request, form: Form[Body]) -> Read[Body]:
    """Read it; names that the form does not ask for are left alone, an empty field counts as left out."""
    sent = await form_of(request)
    typed = {question.name: _typed(question, sent) for question in form}
    once = _line(sent.get("once"))
    try:
        body = form.body.model_validate(
            {question.name: typed[question.name] for question in form if _is_said(question, typed)}
        )
    except ValidationError as error:
        return Read(typed, once, None, error.errors(include_url=False))
    return Read(typed, once, body)


def _typed(question: Asked, sent: FormData) -> str | Sequence[str]:
    if question.is_several:
        return [_line(each) for each in sent.getlist(question.name)]
    value = sent.get(question.name)
    if question.kind == "file":
        return (value.filename or "") if isinstance(value, UploadFile) else ""
    return _line(value)


def _line(value: object) -> str:
    """As it was meant: browsers end lines with two characters. A file is no text."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _is_said(question: Asked, typed: Typed) -> bool:
    return bool(typed[question.name]) or question.is_several
