"""What ``check`` tells of webhooks: whether each endpoint can be reached, and whether what it is told of exists."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from services.registration.webhooks.asking import unknown_kinds
from shared.domain.endpoints import Endpoint, endpoints_in
from shared.running.declared import Finding
from shared.settings import Settings

WHAT = "Webhooks"
WITHIN = 5.0
"""Seconds for a connection; nothing is sent over it."""


async def look(settings: Settings) -> Sequence[Finding]:
    """One finding an endpoint; addresses are shown to nobody."""
    endpoints = endpoints_in(settings.webhooks)
    if not endpoints:
        return [(WHAT, "nobody is told by webhook: WEBHOOKS is empty", "")]
    found = list(await asyncio.gather(*map(_reached, endpoints)))
    if unknown := unknown_kinds(endpoints):
        found.append(
            (WHAT, f"nobody can be told of {', '.join(unknown)}", "correct kinds in WEBHOOKS: docs/webhooks.md")
        )
    return found


async def _reached(endpoint: Endpoint) -> Finding:
    what = f"{WHAT}: {endpoint.name}"
    parts = urlsplit(endpoint.url.get_secret_value())
    if getproxies().get(parts.scheme) and not proxy_bypass(str(parts.hostname)):
        return what, "is told through a proxy, so nothing was tried", ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(WITHIN):
            _, writer = await asyncio.open_connection(parts.hostname, port)
        writer.close()
    except (OSError, UnicodeError) as error:  # the latter of a name that cannot be one
        remedy = "correct its url in WEBHOOKS, or open the network"
        return what, f"cannot be connected to ({type(error).__name__})", remedy
    return what, f"can be connected to, and is told of {len(endpoint.kinds)} kinds", ""
