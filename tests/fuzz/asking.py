"""``python -m tests.fuzz.asking EXAMPLES SEED``: holds OpenAPI documents against what is answered, with Schemathesis.

On stdin stands who asks where, in JSON: ``[[name, address, token, phases], …]``. For each a line of JSON is written:
``[name, found, told]``. It is a process of its own, so that services and client have a processor each, and one for all
of them, for it takes long to start.
"""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis.strategies._internal import regex
from schemathesis.cli import schemathesis

CONFIG = Path(__file__).parent / "schemathesis.toml"


def made_once(make: Callable[..., Any]) -> Callable[..., Any]:
    """Sets that leave out much of Unicode take a tenth of a second to be understood, and are met in every field."""
    made: dict[object, Any] = {}

    def once(codes: Any, context: Any, is_unicode: bool, *, alphabet: object) -> Any:
        if not (isinstance(codes, tuple) and str(codes[0]) == "IN"):
            return make(codes, context, is_unicode, alphabet=alphabet)
        key = repr(codes), context.flags, is_unicode, repr(alphabet)
        if key not in made:
            made[key] = make(codes, context, is_unicode, alphabet=alphabet)
        return made[key]

    return once


def asked(address: str, token: str | None, *options: str) -> bool:
    """Whether something was found; what is printed tells it."""
    who = ["--header", f"Authorization: Bearer {token}"] if token else []
    try:
        schemathesis(["--config-file", str(CONFIG), "run", f"{address}/openapi.json", "--no-color", *options, *who])
    except SystemExit as end:
        return bool(end.code)
    return False


def main(*options: str) -> None:
    """Let each ask, one after the other."""
    regex._strategy = made_once(regex._strategy)
    for name, address, token, phases in json.load(sys.stdin):
        with redirect_stdout(StringIO()) as told:
            found = asked(address, token, "--phases", phases, *options)
        sys.stdout.write(json.dumps([name, found, told.getvalue()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
