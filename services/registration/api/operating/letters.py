"""Letters to people, as operators see them: what stands still, and why; never to whom, nor a word of them."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from services.registration.notices.desk import OLDEST_FIRST, Part, send_again, which, withdraw
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from shared.domain.work import Key
from shared.operations.operator import Operator, did
from shared.operations.probes import Parts
from shared.web.dependencies import Database
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(prefix="/operations", tags=["letters"], route_class=Guarded)

LetterId = Annotated[str, Path(min_length=1, max_length=300)]
"""Made of what a letter is about, and of times where a fact comes again: longer than other ids."""


class LetterView(BaseModel):
    """One letter. ``answer`` is the code with which it was last not taken, or the kind of failure."""

    id: str
    kind: Kind
    programme_id: str
    state: Fate
    because: Because | None
    asked_at: datetime
    to_go_at: datetime
    due_at: datetime | None
    """When it is tried next."""
    tried_at: datetime | None
    ended_at: datetime | None
    attempts: int
    answer: str

    @classmethod
    def of(cls, letter: Letter) -> Self:
        return cls(
            id=letter.id,
            kind=letter.kind,
            programme_id=letter.programme_id,
            state=letter.fate,
            because=letter.because,
            asked_at=letter.asked_at,
            to_go_at=letter.to_go_at,
            due_at=letter.due_at,
            tried_at=letter.tried_at,
            ended_at=letter.ended_at,
            attempts=letter.attempts,
            answer=letter.answer,
        )


class Letters(BaseModel):
    """A page of them, what was to go first before others; and how many there are in all."""

    letters: list[LetterView]
    total: int


@router.get("/letters", response_model=Letters)
async def letters_to_people(_: Operator, store: Database, paging: Paged, part: Part = Part.WAITING) -> Response:
    """Those that are to go now or were not taken yet, or those that were given up."""
    where = which(part, store.clock.now())
    total = await store.count(Letter, where)

    async def read(after: Key, limit: int) -> tuple[Iterator[LetterView], Key]:
        page = await store.page(Letter, where, sort=OLDEST_FIRST, after=after, limit=limit, spoilt=[])
        return map(LetterView.of, page.items), page.then

    return await paging.answer(LetterView, read, lambda views: Letters(letters=views, total=total))


@router.get("/letters/{letter_id}", responses={404: {}})
async def letter_to_somebody(letter_id: LetterId, _: Operator, store: Database) -> LetterView:
    """One of them, whatever has become of it."""
    return LetterView.of(await store.unit().get(Letter, letter_id))


class Done(BaseModel):
    """What has become of it."""

    outcome: Fate


@router.post("/letters/{letter_id}/retry", responses={404: {}, 409: {}})
async def retry_letter(letter_id: LetterId, _: Operator, running: Parts, store: Database) -> Done:
    """Let one that was given up wait again; it goes if it is still true then, in its reader's hours."""

    done = await store.run(partial(send_again, identity=letter_id))
    did(running, "retry")
    return Done(outcome=done.fate)


@router.post("/letters/{letter_id}/drop", responses={404: {}, 409: {}})
async def drop_letter(letter_id: LetterId, _: Operator, running: Parts, store: Database) -> Done:
    """Withdraw one that waits or was given up: its reader is told that it was not sent."""

    done = await store.run(partial(withdraw, identity=letter_id))
    did(running, "drop")
    return Done(outcome=done.fate)
