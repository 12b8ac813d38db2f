"""What was to be sent and stands still, of whatever kind: listed in two parts, looked at, let go again or withdrawn."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from shared.domain.aggregate import Aggregate
from shared.domain.work import Order, Store, Where
from shared.language.values.value import Sent
from shared.operations.operator import did
from shared.operations.pages import around
from shared.running.running import Running
from shared.web.access import Caller
from shared.web.forms.acting import Done, Showing, act_outside
from shared.web.forms.declaring import Form, Nothing
from shared.web.frame.notices import Notice
from shared.web.lists.cursor import LONGEST, key_of, next_address
from shared.web.pages import Pages

pages = Pages(__package__, beside=around.__package__)

Identity = Annotated[str, Path(min_length=1, max_length=300)]
After = Annotated[str, Query(max_length=LONGEST)]
"""Where the last page ended."""
SHOWN = 25
"""Of them on a page."""


@dataclass(frozen=True)
class Button:
    """What it does in a unit of work to the one of that ``identity``, how that is counted, and what is told then."""

    form: Form[Nothing]
    does: Callable[..., Awaitable[object]]
    counted: str
    told: str


async def listed(
    request: Request,
    store: Store,
    kind: type[Aggregate],
    order: Order,
    parts: Mapping[str, Where],
    part: str,
    after: str,
) -> Mapping[str, Any]:
    """What a list takes: rows of that part, how many each part has, and what follows."""
    found = await store.page(kind, parts[part], sort=order, after=key_of(request, after), limit=SHOWN, spoilt=[])
    return {
        "rows": found.items,
        "part": part,
        "counts": [(each, f"?part={each}", await store.count(kind, where)) for each, where in parts.items()],
        "then": next_address(request, found.then) if found.then else "",
    }


async def pressed(
    request: Request, caller: Caller, running: Running, button: Button, identity: str, back: str, page: Showing
) -> Response:
    """Do it once; ``page`` shows the one it was about where that was refused, and stands at ``back``."""
    store: Store = request.app.state.store

    async def work(_sent: Sent) -> Done:
        await store.run(partial(button.does, identity=identity))
        did(running, button.counted)
        return Done(back, Notice(button.told))

    return await act_outside(request, caller, button.form, work, page)


def shown(request: Request, place: around.Place, template: str, **values: Any) -> Response:
    """The page, with the tabs of services and of parts."""
    return pages.page(request, template, **around.standing(request, place), **values)
