"""One endpoint is told, over real HTTP: signed as the reference library reads it, whatever the endpoint does."""

import asyncio
import base64
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.registration.calling import sending
from services.registration.calling.sending import Answer, Outcome, Sender
from services.registration.webhooks.asking import payload_of
from tests.support.certificates import Authority
from tests.support.hooks import SECRET, Received, Receiver, answer, endpoint, receiver, says
from tests.unit.registration.webhooks.test_desk import WAITING


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


async def send(there: Receiver, **more: Any) -> Answer:
    return await Sender(endpoint(there.url, **more)).send(WAITING)


async def test_receivers_can_verify_it_with_the_reference_library(there: Receiver) -> None:
    assert await send(there) == Answer(Outcome.TAKEN, "204")
    [got] = there.got
    assert Webhook(SECRET).verify(got.body, got.headers) == payload_of(WAITING)
    assert (got.headers["webhook-id"], got.headers["content-type"]) == (WAITING.id, "application/json")


async def test_whoever_changes_a_letter_of_it_is_found_out(there: Receiver) -> None:
    await send(there)
    [got] = there.got
    wrong = [(got.body.replace(b"junior", b"senior"), {}), (got.body, {"webhook-id": "event-9_chat"})]
    wrong.append((got.body, {"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) + 1)}))
    for body, headers in wrong:
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, got.headers | headers)


async def test_while_a_secret_is_replaced_either_verifies(there: Receiver) -> None:
    new = f"whsec_{base64.b64encode(b'n' * 32).decode()}"
    await send(there, secret=f"{new},{SECRET}")
    [got] = there.got
    for secret in (new, SECRET):
        assert Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(f"whsec_{base64.b64encode(b'o' * 32).decode()}").verify(got.body, got.headers)


async def test_what_goes_again_is_the_same_webhook_of_another_moment(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    await send(there)
    monkeypatch.setattr(time, "time", lambda: now + 60)
    await send(there)
    one, again = there.got
    assert (one.headers["webhook-id"], one.body) == (again.headers["webhook-id"], again.body)
    assert one.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert Webhook(SECRET).verify(again.body, again.headers)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.TAKEN),
        (299, Outcome.TAKEN),
        (302, Outcome.LATER),
        (400, Outcome.LATER),
        (404, Outcome.LATER),
        (410, Outcome.GONE),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (799, Outcome.LATER),
    ],
)
async def test_what_is_answered_counts_by_its_status(there: Receiver, status: int, outcome: Outcome) -> None:
    there.answers = says(status)
    assert await send(there) == Answer(outcome, str(status))


async def test_redirects_are_not_followed(there: Receiver) -> None:
    async with receiver() as elsewhere:

        async def away(_: Received) -> bytes:
            return answer(307, f"location: {elsewhere.url}")

        there.answers = away
        assert await send(there) == Answer(Outcome.LATER, "307")
        assert elsewhere.got == []


async def test_an_endless_answer_is_not_read(there: Receiver) -> None:
    async def endless(_: Received) -> bytes:
        return b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n" + b"x" * 1000

    there.answers = endless
    assert await asyncio.wait_for(send(there), 5) == Answer(Outcome.TAKEN, "200")


async def test_a_slow_endpoint_is_waited_for_no_longer_than_one_attempt_may_take(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWERED", 0.2)
    never = asyncio.Event()

    async def wait(_: Received) -> bytes:
        await never.wait()
        return answer(204)

    there.answers = wait
    found = await send(there)
    never.set()
    assert found.outcome is Outcome.LATER and "Timeout" in found.told


async def test_an_endpoint_that_drips_its_headers_is_left(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ANSWERED", 0.3)

    async def half(_: Received) -> bytes:
        await asyncio.sleep(0.2)
        return b"HTTP/1.1 200 OK\r\nx: "

    there.answers = half
    assert (await send(there)).outcome is Outcome.LATER


async def test_an_endpoint_that_is_away_or_speaks_no_http_is_tried_later(there: Receiver) -> None:
    async def mumbles(_: Received) -> bytes:
        return b"220 mail.example ESMTP\r\n"

    there.answers = mumbles
    assert (await send(there)).outcome is Outcome.LATER
    async with receiver() as gone:
        pass
    assert await send(gone) == Answer(Outcome.LATER, "ConnectError")


async def test_a_certificate_that_nobody_vouches_for_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*authority.issue("hooks"))
    async with receiver(tls) as there:
        sender = Sender(endpoint(there.url.replace("http://", "https://")))
        assert await sender.send(WAITING) == Answer(Outcome.LATER, "ConnectError")
        assert there.got == []

        async def ours() -> ssl.SSLContext:
            return authority.context()

        monkeypatch.setattr(sending, "authorities", ours)
        assert await sender.send(WAITING) == Answer(Outcome.TAKEN, "204")


async def test_names_that_cannot_stand_in_a_host_end_one_attempt_and_no_more() -> None:
    long = f"https://{'x' * 300}.example"
    assert (await Sender(endpoint(long)).send(replace(WAITING))).outcome is Outcome.LATER
