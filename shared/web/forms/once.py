"""A form that is sent twice acts once: whoever presses again, or whose connection broke, gets the same outcome."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, ClassVar

from shared.domain.aggregate import Aggregate
from shared.web.access import Caller
from shared.web.forms.declaring import Form
from shared.web.forms.reading import Typed

REMEMBERED_FOR = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Submitted(Aggregate):
    """That a form was acted upon, kept in the same transaction as what it did; who sent it cannot be told from it.

    Of what stands in no transaction it is kept before, without an address, and again once that is done.
    """

    collection: ClassVar[str] = "submitted"
    forgotten_when_due: ClassVar[bool] = True

    address: str = ""
    """Where the browser was sent; empty while it is being done."""
    notice: str = ""
    """What it was told there, sealed; empty for nothing."""


def identity_of(caller: Caller, path: str, once: str, form: Form[Any], typed: Typed) -> str:
    """One caller's one showing of one form for one address, with what was typed: who writes something else means it."""
    showing = [caller.subject, path, form.body.__name__, form.button, once]
    said = sorted((name, typed[name]) for name in form.names)
    return blake2b(json.dumps([*showing, said]).encode(), digest_size=18).hexdigest()
