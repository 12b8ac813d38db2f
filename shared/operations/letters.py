"""Dead letters: looked at, retried, dropped."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from shared.delivery.dead_letters import Letter
from shared.domain.work import Key
from shared.language.envelope import source_of
from shared.language.streams import Stream
from shared.language.terms import Id
from shared.operations.operator import Operator, did
from shared.operations.probes import Parts
from shared.web.dependencies import Retell, Retelling
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(prefix="/operations", tags=["operations"], route_class=Guarded)


class LetterView(BaseModel):
    """One dead letter. Type, subject and version are null when its headers cannot be read."""

    id: str
    at: datetime
    stream: str
    partition: int
    offset: int
    type: str | None
    source: str
    """The service that says it, as its headers have it; ``unknown`` for any other."""
    subject: str | None
    version: int | None
    reason: str
    size: int
    """Bytes of the body that are kept."""
    left_out: bool
    """Whether it was too large to be kept."""
    settled: str | None
    settled_at: datetime | None


class LetterInFull(LetterView):
    """One dead letter with all that was in it; the body is text or, when it is none, base64."""

    headers: list[tuple[str, str]]
    body: str | None = Field(repr=False)
    body_base64: str | None = Field(repr=False)


class Died(BaseModel):
    """How many of those listed are of one stream, type and source; ``subject`` is theirs when they have one alone."""

    stream: str
    type: str | None
    source: str
    letters: int
    subjects: int
    subject: str | None


class Letters(BaseModel):
    """A page of them, the oldest first; what these have in common, most first; and how many there are in all."""

    dead_letters: list[LetterView]
    died: list[Died]
    total: int


@router.get("/dead-letters", response_model=Letters)
async def dead_letters(
    running: Parts, _: Operator, retell: Retelling, paging: Paged, settled: bool = False
) -> Response:
    """What could not be dealt with here: what is open, or with ``settled`` what was retried or dropped."""
    total = await running.desk.how_many(settled=settled)

    async def read(after: Key, limit: int) -> tuple[list[LetterView], Key]:
        found, then = await running.desk.letters(settled=settled, after=after, limit=limit)
        return [LetterView(**_view(letter, retell)) for letter in found], then

    def whole(views: list[LetterView]) -> Letters:
        return Letters(dead_letters=views, died=_in_common(views), total=total)

    return await paging.answer(LetterView, read, whole)


@router.get("/dead-letters/{letter_id}")
async def dead_letter(letter_id: Id, running: Parts, _: Operator, retell: Retelling) -> LetterInFull:
    """One of them with its headers and body, as they were."""
    letter = await running.desk.letter(letter_id)
    body, encoded = _body(letter.record.value)
    headers = [(name, (value or b"").decode(errors="replace")) for name, value in letter.record.headers]
    return LetterInFull(**_view(letter, retell), headers=headers, body=body, body_base64=encoded)


class Retried(BaseModel):
    """What became of it: handled, parked, duplicate, stale, …, or a dead letter again."""

    outcome: str
    reason: str | None = None


@router.post("/dead-letters/{letter_id}/retry", responses={409: {}}, response_model_exclude_none=True)
async def retry(letter_id: Id, running: Parts, _: Operator, retell: Retelling) -> Retried:
    """Deal with it as if it came now; what waited for it goes on at once. When it dies again it stays open."""
    dealt = await running.desk.retry(letter_id)
    did(running, "retry", dead_letter=letter_id, outcome=dealt.outcome)
    return Retried(outcome=dealt.outcome, reason=retell(dealt.reason) if dealt.reason else None)


class Dropped(BaseModel):
    """How many events that waited for it went on."""

    outcome: str = "dropped"
    freed: int


@router.post("/dead-letters/{letter_id}/drop", responses={409: {}})
async def drop(letter_id: Id, running: Parts, _: Operator) -> Dropped:
    """Move on without it, for good."""
    freed = await running.desk.drop(letter_id)
    did(running, "drop", dead_letter=letter_id, freed=freed)
    return Dropped(freed=freed)


def _in_common(views: Sequence[LetterView]) -> list[Died]:
    subjects: dict[tuple[str, str | None, str], list[str | None]] = {}
    for view in views:
        subjects.setdefault((view.stream, view.type, view.source), []).append(view.subject)
    died = [
        Died(
            stream=stream,
            type=kind,
            source=source,
            letters=len(each),
            subjects=len(set(each)),
            subject=each[0] if len(set(each)) == 1 else None,
        )
        for (stream, kind, source), each in subjects.items()
    ]
    return sorted(died, key=lambda one: -one.letters)


def _view(letter: Letter, retell: Retell) -> dict[str, Any]:
    record, envelope = letter.record, letter.envelope
    return {
        "id": letter.id,
        "at": letter.at,
        "stream": Stream(record.topic).value,
        "partition": record.partition,
        "offset": record.offset,
        "type": envelope.type if envelope else None,
        "source": source_of(record),
        "subject": letter.subject or None,
        "version": letter.version or None,
        "reason": retell(letter.reason),
        "size": len(record.value or b""),
        "left_out": letter.left_out,
        "settled": letter.settled,
        "settled_at": letter.settled_at,
    }


def _body(value: bytes | None) -> tuple[str | None, str | None]:
    try:
        return (value.decode() if value is not None else None), None
    except UnicodeDecodeError:
        return None, base64.b64encode(value or b"").decode()
