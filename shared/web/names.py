"""Who is who on pages of services that keep no names: registration is asked, with the reader's own rights.

Nothing of it is stored. Where registration is away or slow, pages say in words whom they mean; see decision 0036.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import httpx
import structlog
from fastapi import Request

from shared.settings import Settings
from shared.web.door.fetching import UNUSABLE, json_of

log = structlog.get_logger()

MOST_NAMES = 200
"""People asked for at once: more than a page shows."""
WITHIN = 0.3
"""Seconds for which a page waits for names."""
KEPT_FOR = 60.0
"""Seconds for which a name, or that there is none for this reader, is taken for true."""
SPARED_FOR = 5.0
"""Seconds for which nobody waits again once registration has not answered."""
MOST_READERS = 500
"""Readers whose names are kept at a moment; of each no more than ``MOST_NAMES``."""

Known = dict[str, tuple[str, float]]
"""Participant id → the name, empty where the reader may not know it, and until when that is kept."""


class Names:
    """The names of one process, kept by reader and by what the reader's rights are read from."""

    def __init__(self, settings: Settings, cookie: str) -> None:
        self._url, self._cookie = settings.names_url, cookie
        self._client: httpx.AsyncClient | None = None
        self._kept: OrderedDict[bytes, Known] = OrderedDict()
        self._spared_until = 0.0

    async def of(self, request: Request, participants: Iterable[str]) -> Mapping[str, str]:
        """Participant id → name, for those the reader of this page may know; says nothing of all others."""
        wanted = list(dict.fromkeys(filter(None, participants)))[:MOST_NAMES]
        right = self._right_of(request)
        if not (self._url and right and wanted):
            return {}
        known = self._known_to(right)
        now = time.monotonic()
        missing = [each for each in wanted if each not in known or known[each][1] <= now]
        if missing and now >= self._spared_until:
            told = await self._asked(right, missing)
            if told is not None:
                _keep(known, {each: told.get(each, "") for each in missing}, now + KEPT_FOR)
        return {each: known[each][0] for each in wanted if each in known and known[each][0] and known[each][1] > now}

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client:
            await self._client.aclose()

    def _right_of(self, request: Request) -> str:
        """What shows whose page it is: the token that came, or what the browser's cookie holds."""
        if shown := request.headers.get("authorization", ""):
            return shown
        sealed = request.cookies.get(self._cookie, "")
        return f"Session {sealed}" if sealed else ""

    def _known_to(self, right: str) -> Known:
        reader = blake2b(right.encode(), digest_size=16).digest()
        known = self._kept.setdefault(reader, {})
        self._kept.move_to_end(reader)
        while len(self._kept) > MOST_READERS:
            self._kept.popitem(last=False)
        return known

    async def _asked(self, right: str, wanted: list[str]) -> dict[str, str] | None:
        """None where registration does not answer in time, or not with names."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=WITHIN, trust_env=False)
        try:
            shown = {"Authorization": right}
            asked = self._client.stream("POST", f"{self._url}/names", json={"ids": wanted}, headers=shown)
            async with asyncio.timeout(WITHIN), asked as answer:
                if answer.is_client_error and answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                    return {}  # a question of this reader that is refused says nothing of all others
                names: dict[str, Any] = (await json_of(answer.raise_for_status()))["names"]
            return {str(each): str(name) for each, name in names.items()}
        except (*UNUSABLE, AttributeError) as error:
            log.info("names not told", because=type(error).__name__)
            self._spared_until = time.monotonic() + SPARED_FOR
            return None


def _keep(known: Known, told: Mapping[str, str], until: float) -> None:
    """The latest ``MOST_NAMES`` of them."""
    for each, name in told.items():
        known.pop(each, None)
        known[each] = (name, until)
    for each in list(known)[: max(0, len(known) - MOST_NAMES)]:
        del known[each]


async def names_of(request: Request, participants: Iterable[str]) -> Mapping[str, str]:
    """Participant id → name, as far as the reader of this page may know them and registration answers in time."""
    names: Names = request.app.state.names
    return await names.of(request, participants)
