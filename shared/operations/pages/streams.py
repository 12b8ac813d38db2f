"""What is heard: how far the whole group is behind in each stream, and a consumer that has stopped let go on."""

from functools import partial
from typing import Literal

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Request, Response

from shared.domain.marking import _
from shared.kafka.lag import Waiting, group_lag
from shared.language.streams import Stream
from shared.language.values.value import Sent
from shared.operations.operator import Operator, did
from shared.operations.pages.around import Part, shown
from shared.operations.pages.overview import is_halted
from shared.operations.probes import Parts
from shared.running.running import Running
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded

router = APIRouter(include_in_schema=False, route_class=Guarded)


class Resuming(Sent):
    """That somebody means it."""

    sure: Literal["true"]


RESUMING = Form(
    Resuming,
    (Asked("sure", _("I have looked at the log, and what cannot be dealt with may become dead letters"), "tick"),),
    button=_("Let the consumer go on"),
)
RESUMED = _("For ten minutes, whatever cannot be dealt with becomes a dead letter instead of stopping the consumer.")


@router.get("/operating/streams", name="operated-streams")
async def streams(request: Request, running: Parts, _caller: Operator) -> Response:
    """All streams it hears; Kafka is given some time to answer, and when it does not the page says so."""
    return await _page(request, running, filled(request, RESUMING))


@router.post("/operating/streams", name="consumer-resumed")
async def resumed(request: Request, running: Parts, caller: Operator) -> Response:
    """Let consumers that stopped go on, at every replica."""

    async def resume(_sent: Resuming) -> Done:
        await running.inbox.poison.accept()
        did(running, "resume")
        return Done(request.url_for("operated-streams").path, Notice(RESUMED))

    return await act_outside(request, caller, RESUMING, resume, partial(_page, request, running))


async def _page(request: Request, running: Running, form: Filled) -> Response:
    waiting = await _waiting(running)
    rows = [(each.value, w.messages, w.seconds, running.bus.held[each.value]) for each, w in (waiting or {}).items()]
    halted = is_halted(running)
    return shown(
        request,
        Part.STREAMS,
        "streams.html",
        is_told=waiting is not None,
        rows=rows,
        behind=sum(messages for _stream, messages, _seconds, _held in rows),
        halted=running.pulse.troubles["inbox"].partition(": ")[2] if halted else "",
        form=form,
    )


async def _waiting(running: Running) -> dict[Stream, Waiting] | None:
    """Stream → what waits; None when Kafka does not answer."""
    try:
        return await group_lag(running.settings, running.service.name, running.bus.streams)
    except (KafkaError, TimeoutError, OSError):
        return None
