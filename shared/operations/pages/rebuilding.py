"""Projections: what is worked out from events alone, and working it out anew."""

from functools import partial

from fastapi import APIRouter, Request, Response

from shared.domain.marking import _
from shared.language.terms import Id
from shared.operations.operator import Operator, did
from shared.operations.pages.around import Part, shown
from shared.operations.probes import Parts
from shared.running.running import Running
from shared.web.dependencies import Retell, Retelling
from shared.web.forms.acting import Done, act_outside
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded

router = APIRouter(include_in_schema=False, route_class=Guarded)

REBUILDING = Form(Nothing, (), button=_("Work it out anew"))
BEGUN = _("It is being worked out anew, while the service goes on. Here stands how far that is.")


@router.get("/operating/rebuilding", name="rebuilding")
async def rebuilding(request: Request, running: Parts, _caller: Operator, retell: Retelling) -> Response:
    """All of this service, and the last rebuild of each."""
    return await _page(request, running, retell, filled(request, REBUILDING))


@router.post("/operating/rebuilding/{name}", name="rebuilt")
async def rebuilt(request: Request, name: Id, running: Parts, caller: Operator, retell: Retelling) -> Response:
    """Begin to work one of them out anew."""

    async def rebuild(_sent: Nothing) -> Done:
        await running.projections.rebuild(name)
        did(running, "rebuild", projection=name)
        return Done(request.url_for("rebuilding").path, Notice(BEGUN))

    return await act_outside(request, caller, REBUILDING, rebuild, partial(_page, request, running, retell))


async def _page(request: Request, running: Running, retell: Retell, form: Filled) -> Response:
    found = [dict(each) for each in await running.projections.all()]
    reasons = {each["name"]: retell(last["reason"]) for each in found if (last := each["rebuild"]) and last["reason"]}
    return shown(request, Part.REBUILDING, "rebuilding.html", projections=found, reasons=reasons, form=form)
