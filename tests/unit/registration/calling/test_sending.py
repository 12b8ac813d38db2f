"""One endpoint is told, over real HTTP: signed as the reference library reads it, whatever the endpoint does."""

import asyncio
import base64
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.registration.calling import sending
from services.registration.calling.sending import LONGEST_REST, Answer, Outcome, Sender, rest_in
from services.registration.webhooks.asking import payload_of
from tests.support.certificates import Authority
from tests.support.hooks import SECRET, Received, Receiver, answer, asks_for_rest, endpoint, receiver, says
from tests.support.letters import MONDAY
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


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ("120", 120),
        ("0", 0),
        ("3601", 3600),
        ("9" * 20, 3600),
        ("9" * 5000, 0),
        ("-1", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        ("Mon, 04 May 2026 08:10:00 GMT", 600),
        ("Monday, 04-May-26 08:10:00 GMT", 600),
        ("Mon May  4 08:10:00 2026", 600),
        ("Mon, 04 May 2026 07:59:59 GMT", 0),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Mon, 99 May 2026 08:10:00 GMT", 0),
    ],
)
async def test_an_endpoint_may_ask_to_be_left_alone_for_an_hour_at_most(
    there: Receiver, monkeypatch: pytest.MonkeyPatch, status: int, asked: str, rest: int
) -> None:
    monkeypatch.setattr(time, "time", MONDAY.timestamp)
    there.answers = asks_for_rest(status, asked)
    assert await send(there) == Answer(Outcome.LATER, str(status), timedelta(seconds=rest))


@pytest.mark.parametrize("status", [200, 302, 400, 500])
async def test_no_other_answer_asks_for_rest(there: Receiver, status: int) -> None:
    there.answers = asks_for_rest(status, "120")
    assert (await send(there)).rest == timedelta()


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255)) | st.from_regex(r"Mon, [0-9]{2} May .{0,20}"))
def test_whatever_is_asked_for_is_no_failure(asked: str) -> None:
    assert timedelta() <= rest_in(asked, MONDAY) <= LONGEST_REST


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
