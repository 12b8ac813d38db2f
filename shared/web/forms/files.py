"""Files that are sent to us: how large, how many at once, and the route of a form that takes one."""

from contextlib import ExitStack
from typing import ClassVar

from fastapi import Request
from starlette.datastructures import UploadFile
from typing_extensions import override

from shared.web.door.forgery import form_of
from shared.web.guarded import LARGEST_BODY, AtOnce, Guarded

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes."""

UPLOADS = AtOnce(of_each=2, of_all=8)
"""Files that arrive or are being read; the temporary directory has to hold them all."""


class FileForm(Guarded):
    """The route of a form that takes a file: it is there, out of memory, before anybody looks whose form it is."""

    largest_body: ClassVar[int] = LARGEST_FILE + LARGEST_BODY
    bodies: ClassVar[AtOnce] = UPLOADS

    @override
    def largest(self, request: Request) -> int:
        """No more than of any form, unless it comes with a file."""
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return self.largest_body if said == "multipart/form-data" else LARGEST_BODY


async def file_in(request: Request, name: str) -> UploadFile:
    """The file that stands in that field of a form which was read and found well."""
    sent = (await form_of(request))[name]
    assert isinstance(sent, UploadFile)  # noqa: S101 - of anything else the form has told
    return sent


def room_for(request: Request) -> ExitStack:
    """The room that its file takes up among all that are under way, for who needs the file longer than the answer takes
    to begin, and closes this then."""
    held: ExitStack = request.state.held
    return held.pop_all()
