"""What comes back from a service, or from what stands in its place: data, or the sentence that ends a command.

Exit codes: 0 all is well; 1 something was refused, failed or found wrong; 2 called wrongly; 3 could not ask.
"""

import json
import math
from typing import Any

import httpx

HOW = "see --url (TELEMACHUS_URL)"
AWAY = (502, 503, 504)
NOT_FOR_US = (401, 403)


class Failed(Exception):
    """What went wrong and what to do, in a sentence or two; ends the command."""

    exit_code = 1


class CannotAsk(Failed):
    """A service cannot be reached, or does not take our word."""

    exit_code = 3


def data(said: str | bytes, address: str) -> Any:
    """What an answer says; raises CannotAsk when it is not JSON, or more than JSON has."""
    try:
        return json.loads(said, parse_constant=_number, parse_float=_number)
    except (ValueError, RecursionError) as error:
        raise CannotAsk(f"What answers at {address} is not Telemachus: {HOW}.") from error


def _number(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(written)
    return number


def refusal(service: str, address: str, response: httpx.Response) -> Failed:
    """Its own sentence where it has one, else what this seems to be, to raise."""
    status = response.status_code
    if response.has_redirect_location:
        return CannotAsk(f"{address} sends on to {response.headers['location']}: name that, or what is right; {HOW}.")
    try:
        sentence = response.json()["detail"]
    except (ValueError, LookupError, TypeError, RecursionError):
        if status in AWAY:
            return CannotAsk(f"{service} does not answer at {address} at the moment ({status}).")
        return CannotAsk(f"What answers at {address} is not Telemachus ({status}): {HOW}.")
    return (CannotAsk if status in (*NOT_FOR_US, *AWAY) else Failed)(f"{service}: {sentence}")


def silence(service: str, address: str, error: httpx.RequestError) -> CannotAsk:
    """What an answer that does not come, or cannot be understood, seems to mean, to raise."""
    why = f"{service} does not answer at {address} ({type(error).__name__})"
    if "SSL" in str(error):
        return CannotAsk(f"{why}: is it https, and is its certificate one this machine trusts? {HOW.capitalize()}.")
    if isinstance(error, httpx.ProtocolError | httpx.DecodingError):
        return CannotAsk(f"{why}: what answers is no HTTP. Is it https? {HOW.capitalize()}.")
    return CannotAsk(f"{why}: is it running, and is --url (TELEMACHUS_URL) right?")
