"""Where other services have their pages about what is shown here, as addresses of this host."""

from functools import partial
from typing import Any

from fastapi import Request

from shared.web.frame.navigation import address_of


def elsewhere(request: Request) -> dict[str, Any]:
    """For templates: ``sessions`` and ``partner`` are addresses, the others give one for an id."""
    return {
        "sessions": address_of(request, "sessions", "/"),
        "partner": address_of(request, "matching", "/"),
        "session": partial(_at, request, "sessions", "/our"),
        "alarms": partial(_at, request, "feedback", "/alarms"),
        "desk": partial(_at, request, "matching", "/desk/programmes"),
    }


def _at(request: Request, service: str, path: str, identity: str) -> str:
    return address_of(request, service, f"{path}/{identity}")
