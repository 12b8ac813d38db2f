"""Webhooks, as operators see them: what stands still, and why; neither addresses nor secrets."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from services.registration.webhooks.delivery import Because, Delivery, Fate
from services.registration.webhooks.desk import OLDEST_FIRST, Part, drop, send_again, which
from shared.domain.work import Key
from shared.operations.operator import Operator, did
from shared.operations.probes import Parts
from shared.web.dependencies import Database
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(prefix="/operations", tags=["webhooks"], route_class=Guarded)

WebhookId = Annotated[str, Path(min_length=1, max_length=300)]


class WebhookView(BaseModel):
    """One event for one endpoint. ``answer`` is the status it was last answered with, or the kind of failure."""

    id: str
    endpoint: str
    kind: str
    programme_id: str
    state: Fate
    because: Because | None
    happened_at: datetime
    due_at: datetime | None
    """When it is tried next."""
    tried_at: datetime | None
    ended_at: datetime | None
    attempts: int
    answer: str

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(
            id=delivery.id,
            endpoint=delivery.endpoint,
            kind=delivery.kind,
            programme_id=delivery.programme_id,
            state=delivery.fate,
            because=delivery.because,
            happened_at=delivery.happened_at,
            due_at=delivery.due_at,
            tried_at=delivery.tried_at,
            ended_at=delivery.ended_at,
            attempts=delivery.attempts,
            answer=delivery.answer,
        )


class Webhooks(BaseModel):
    """A page of them, the oldest first; and how many there are in all."""

    webhooks: list[WebhookView]
    total: int


@router.get("/webhooks", response_model=Webhooks)
async def webhooks(_: Operator, store: Database, paging: Paged, part: Part = Part.WAITING) -> Response:
    """Those that wait, or those that were given up."""
    where = which(part)
    total = await store.count(Delivery, where)

    async def read(after: Key, limit: int) -> tuple[Iterator[WebhookView], Key]:
        page = await store.page(Delivery, where, sort=OLDEST_FIRST, after=after, limit=limit)
        return map(WebhookView.of, page.items), page.then

    return await paging.answer(WebhookView, read, lambda views: Webhooks(webhooks=views, total=total))


@router.get("/webhooks/{webhook_id}", responses={404: {}})
async def webhook(webhook_id: WebhookId, _: Operator, store: Database) -> WebhookView:
    """One of them, whatever has become of it in the last thirty days."""
    return WebhookView.of(await store.unit().get(Delivery, webhook_id))


class DoneWithIt(BaseModel):
    """What has become of it."""

    outcome: Fate


@router.post("/webhooks/{webhook_id}/retry", responses={404: {}, 409: {}})
async def retry_webhook(webhook_id: WebhookId, _: Operator, running: Parts, store: Database) -> DoneWithIt:
    """Let one that was given up wait again; an endpoint that had said it is there no more is tried again."""
    done = await store.run(partial(send_again, identity=webhook_id))
    did(running, "retry")
    return DoneWithIt(outcome=done.fate)


@router.post("/webhooks/{webhook_id}/drop", responses={404: {}, 409: {}})
async def drop_webhook(webhook_id: WebhookId, _: Operator, running: Parts, store: Database) -> DoneWithIt:
    """Drop one that waits or was given up: its endpoint is never told."""
    done = await store.run(partial(drop, identity=webhook_id))
    did(running, "drop")
    return DoneWithIt(outcome=done.fate)
