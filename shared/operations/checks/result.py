"""One thing that was looked at, and how a question becomes one whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

CHECKED_WITHIN = 15.0
"""Seconds for the answer to one question."""


@dataclass(frozen=True)
class Check:
    """What was looked at, what was found, and what to do when that is not fine. None of it holds a secret."""

    what: str
    fine: bool
    found: str
    remedy: str = ""


Explain = Callable[[Exception], tuple[str, str]]
"""What an error means for people, and the remedy."""


async def asked(what: str, question: Awaitable[list[Check]], explain: Explain) -> list[Check]:
    """What the question finds; a question that fails or takes too long is a finding too."""
    try:
        return await asyncio.wait_for(question, CHECKED_WITHIN)
    except Exception as error:
        found, remedy = explain(error)
        return [Check(what, False, found, remedy)]


def lacking(what: str, wanted: object, fine: str, remedy: str) -> Check:
    """Fine when nothing of it is wanted."""
    missing = sorted(map(str, wanted)) if isinstance(wanted, set | list) else []
    return Check(what, not missing, f"lacks {', '.join(missing)}" if missing else fine, remedy if missing else "")
