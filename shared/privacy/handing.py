"""What a service keeps about somebody, as a file for whoever answers for people and has a browser.

It is asked for by a form, of whichever service: an address with an id in it would stay in histories and logs.
"""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from shared.domain.marking import _
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.privacy.exporting import Kept, Kinds, as_file, exported
from shared.web.access import Caller, allow
from shared.web.dependencies import Known
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.reading import read
from shared.web.guarded import Guarded

router = APIRouter(include_in_schema=False, route_class=Guarded)

HANDED_OUT = "/people/file"


class Handed(Sent):
    """Whose file is wanted."""

    person_id: Id


HANDING = Form(Handed, (Asked("person_id", _("Whose file")),), button=_("Take the file"))


@router.post(HANDED_OUT, name="person-file")
async def hand_out(
    request: Request,
    caller: Annotated[Caller, allow("operator", "data-protection")],
    store: Kept,
    people: Known,
    kinds: Kinds,
) -> Response:
    """The same as an export, to keep."""
    asked = (await read(request, HANDING)).must_be_read()
    export = await exported(await people.of(asked.person_id), caller, store, kinds)
    headers = {"Content-Disposition": as_file(store)}
    return Response(export.model_dump_json(indent=2), media_type="application/json", headers=headers)
