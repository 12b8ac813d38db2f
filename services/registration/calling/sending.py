"""Tells one endpoint, as Standard Webhooks has it: signed, in time, without following or reading what it answers."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

import httpx

from services.registration.webhooks.asking import payload_of
from services.registration.webhooks.delivery import Delivery
from shared.domain.endpoints import Endpoint
from shared.web.door.fetching import authorities

CONNECT, ANSWERED = 10.0, 20.0
"""Seconds for a connection, and for all of one attempt."""
LONGEST_REST = timedelta(hours=1)
"""For which an endpoint is left alone that asks for it, however long it asks for."""
DIGITS = re.compile(r"[0-9]{1,20}")
MAY_REST = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
TIMES = httpx.Timeout(ANSWERED, connect=CONNECT)


class Outcome(StrEnum):
    """What the endpoint said."""

    TAKEN = "taken"
    LATER = "later"
    GONE = "gone"
    """It is there no more, and wants nothing any more."""


@dataclass(frozen=True)
class Answer:
    """``told`` is the status, or the kind of failure; no word of the endpoint's."""

    outcome: Outcome
    told: str
    rest: timedelta = timedelta()
    """For which it asks to be left alone."""


def headers_of(identity: str, body: bytes, endpoint: Endpoint, seconds: int) -> Mapping[str, str]:
    """Id, moment and signatures; one for each key, so that one can be replaced."""
    signed = f"{identity}.{seconds}.".encode() + body
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in endpoint.keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Telemachus",
        "webhook-id": identity,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


class Sender:
    """To one endpoint, over connections of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def send(self, delivery: Delivery) -> Answer:
        """One attempt. Its moment is that of the world's clock, by which receivers tell old ones from new ones."""
        body = json.dumps(payload_of(delivery), separators=(",", ":")).encode()
        headers = headers_of(delivery.id, body, self._endpoint, int(time.time()))
        url = self._endpoint.url.get_secret_value()
        try:
            async with (
                asyncio.timeout(ANSWERED),
                httpx.AsyncClient(timeout=TIMES, verify=await authorities()) as client,
                client.stream("POST", url, content=body, headers=headers) as answer,
            ):
                return _told(answer.status_code, answer.headers.get("retry-after", ""))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:  # TimeoutError is an OSError
            return Answer(Outcome.LATER, type(error).__name__)


def rest_in(written: str, now: datetime) -> timedelta:
    """What ``Retry-After`` asks for: seconds, or a moment; none where it is neither."""
    try:
        asked = int(written) if DIGITS.fullmatch(written) else (_moment(written) - now).total_seconds()
    except (ValueError, OverflowError):  # no moment, or none that there is
        return timedelta()
    return timedelta(seconds=min(max(asked, 0), LONGEST_REST.total_seconds()))


def _moment(written: str) -> datetime:
    return parsedate_to_datetime(written).replace(tzinfo=UTC)  # an HTTP date is always of UTC (RFC 9110, 5.6.7)


def _told(status: int, retry_after: str) -> Answer:
    """A redirect is followed nowhere: what is signed for one address is for no other."""
    if status == HTTPStatus.GONE:
        return Answer(Outcome.GONE, str(status))
    is_taken = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    rest = rest_in(retry_after, datetime.fromtimestamp(time.time(), UTC)) if status in MAY_REST else timedelta()
    return Answer(Outcome.TAKEN if is_taken else Outcome.LATER, str(status), rest)
