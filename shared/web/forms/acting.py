"""A form is sent: read, acted upon in one unit of work, and answered with the page that follows or the form again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from fastapi import Request, Response

from shared.domain.errors import Absent, Conflict, Refused
from shared.domain.work import Store, Unit
from shared.language.reasons import Failure
from shared.language.values.value import Sent
from shared.telemetry.deeds import note_refusal
from shared.web.access import Caller
from shared.web.forms.declaring import Form
from shared.web.forms.once import REMEMBERED_FOR, Submitted, identity_of
from shared.web.forms.reading import read
from shared.web.forms.showing import Filled, filled
from shared.web.frame.going import going
from shared.web.frame.notices import Notice, put, sealed

B = TypeVar("B", bound=Sent)

TOLD = (Absent, Conflict, Refused)
"""What is told on the form, with what was typed; of everything else the page of an error tells."""


@dataclass(frozen=True)
class Done:
    """What follows: the page at that path of ours, and what is told on it."""

    address: str
    notice: Notice | None = None


Acting: TypeAlias = Callable[[B, Unit], Awaitable[Done]]
"""What the form does, in one unit of work with the note that it was done; may run more than once, as every work."""
ActingOutside: TypeAlias = Callable[[B], Awaitable[Done]]
"""What the form does that stands in no unit of work, and guards itself against what others do."""
Showing: TypeAlias = Callable[[Filled], Awaitable[Response]]
"""The page with the form on it. Options that are not always the same are put in here too."""
Wording: TypeAlias = Callable[[Failure], Awaitable[Failure]]
"""What was refused as this reader is told it: with names, where rooms know ids alone. It goes nowhere else."""


async def act(
    request: Request, caller: Caller, form: Form[B], work: Acting[B], show: Showing, word: Wording | None = None
) -> Response:
    """The whole answer: 303 to what follows; or the page again, 422 where fields are not valid, 409 when refused."""
    store: Store = request.app.state.store

    async def once(sent: B, identity: str) -> Submitted:
        async def act_once(unit: Unit) -> Submitted:
            before = await unit.find(Submitted, identity)
            return before or _keep(request, caller, unit, identity, await work(sent, unit))

        return await store.run(act_once)

    return await _answered(request, caller, form, once, show, word)


async def act_outside(
    request: Request, caller: Caller, form: Form[B], work: ActingOutside[B], show: Showing
) -> Response:
    """The same of what stands in no unit of work: whoever presses again while it is being done is told so.

    What fails may be sent again as it stands. Should the process end in the middle, the page has to be loaded anew
    for that: nobody knows how far it has come.
    """
    store: Store = request.app.state.store

    async def once(sent: B, identity: str) -> Submitted:
        before = await store.run(partial(_claim, identity))
        if before is not None:
            return before
        try:
            done = await work(sent)
        except BaseException:
            await store.run(partial(_release, identity))
            raise
        return await store.run(partial(_outcome, request, caller, identity, done))

    return await _answered(request, caller, form, once, show)


async def _answered(
    request: Request,
    caller: Caller,
    form: Form[B],
    once: Callable[[B, str], Awaitable[Submitted]],
    show: Showing,
    word: Wording | None = None,
) -> Response:
    sent = await read(request, form)
    again = filled(request, form, {**sent.typed, "once": sent.once}, errors=sent.errors)
    if sent.body is None:
        return await _again(show, again, HTTPStatus.UNPROCESSABLE_ENTITY, "not-valid")
    try:
        done = await once(sent.body, identity_of(caller, request.url.path, again.once, form, sent.typed))
    except TOLD as failure:
        told = await word(failure) if word else failure
        return await _again(show, again.refused(request, told, caller), HTTPStatus.CONFLICT, failure.reason.code)
    response = going(request, done.address)
    put(request, response, done.notice)
    return response


async def _again(show: Showing, form: Filled, status: HTTPStatus, code: str) -> Response:
    note_refusal(code)
    response = await show(form)
    response.status_code = status
    return response


def _keep(request: Request, caller: Caller, unit: Unit, identity: str, done: Done) -> Submitted:
    notice = sealed(request, caller, done.notice) if done.notice else ""
    outcome = Submitted(id=identity, due_at=unit.now + REMEMBERED_FOR, address=done.address, notice=notice)
    unit.save(outcome)
    return outcome


async def _claim(identity: str, unit: Unit) -> Submitted | None:
    """What was done before; None for whoever is to do it now. Raises Refused while somebody does."""
    before = await unit.find(Submitted, identity)
    if before is None:
        unit.save(Submitted(id=identity, due_at=unit.now + REMEMBERED_FOR))
    elif not before.address:
        raise Refused("being-done")
    return before


async def _release(identity: str, unit: Unit) -> None:
    unit.delete_where(Submitted, {"_id": identity})


async def _outcome(request: Request, caller: Caller, identity: str, done: Done, unit: Unit) -> Submitted:
    await unit.find(Submitted, identity)  # or it would be another one of the same id
    return _keep(request, caller, unit, identity, done)
