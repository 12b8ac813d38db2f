"""Questions are repeated while a service is away, refusals are not, and settling waits for two quiet looks."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from deploy.local.scenario.playing.gateway import Away, Gateway, Unexpected, participant
from deploy.local.scenario.playing.settle import Stuck, settle

WHO = participant("e-1", "GB")
Handler = Callable[[httpx.Request], httpx.Response]
QUIET = {"replays": 0, "outbox": 0, "parked": 0, "due": 0, "lag": 0}


def gateway(handler: Handler, patience: float = 30.0) -> Gateway:
    def token(employee_id: str, roles: frozenset[str], countries: frozenset[str]) -> str:
        return f"{employee_id}/{'+'.join(roles)}/{'+'.join(countries)}"

    urls = {"sessions": "http://localhost/sessions/"}
    return Gateway(urls, token, patience=patience, transport=httpx.MockTransport(handler))


def one_after_the_other(*answers: httpx.Response | Exception) -> Handler:
    waiting: Iterator[httpx.Response | Exception] = iter(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        given = next(waiting)
        if isinstance(given, Exception):
            raise given
        return given

    return answer


async def test_everybody_acts_with_their_own_token() -> None:
    def whose(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[str(request.url), request.headers["authorization"]])

    body = await gateway(whose).get(WHO, "sessions", "/sessions/s1", state="held")
    assert body == ["http://localhost/sessions/sessions/s1?state=held", "Bearer e-1/participant/GB"]


async def test_what_is_away_is_asked_again() -> None:
    away = (httpx.ConnectError("refused"), httpx.Response(503), httpx.ReadTimeout("slow"))
    asked = gateway(one_after_the_other(*away, httpx.Response(200, json={"state": "held"})))
    answer = await asked.ask(WHO, "POST", "sessions", "/sessions/s1/held")
    assert (answer.done, answer.again, answer.body) == (True, True, {"state": "held"})


async def test_patience_ends() -> None:
    with pytest.raises(Away, match="sessions answered 503"):
        await gateway(lambda _: httpx.Response(503), patience=0).get(WHO, "sessions", "/sessions/s1")


async def test_a_refusal_is_quoted_and_not_asked_again() -> None:
    refusal = one_after_the_other(httpx.Response(409, json={"detail": "This session was held."}))
    with pytest.raises(Unexpected, match=r"answered 409: This session was held\."):
        await gateway(refusal).ask(WHO, "POST", "sessions", "/sessions/s1/cancel")


async def test_done_when_asked_first_is_done() -> None:
    answers = (httpx.ReadTimeout("lost"), httpx.Response(409, json={"detail": "This pair has ended already."}))
    answer = await gateway(one_after_the_other(*answers)).ask(WHO, "POST", "sessions", "/pairs/p1/dissolve")
    assert (answer.done, answer.done_before) == (False, True)


async def test_an_expected_refusal_is_an_answer() -> None:
    refusal = one_after_the_other(httpx.Response(409, json={"detail": "This session was held."}))
    answer = await gateway(refusal).ask(WHO, "POST", "sessions", "/sessions/s1/cancel", accept=frozenset({409}))
    assert (answer.done, answer.sentence) == (False, "This session was held.")


async def test_quiet_once_is_not_quiet_enough() -> None:
    looks = [QUIET, QUIET | {"lag": 3}, QUIET, QUIET]
    answers = [httpx.Response(200, json=look) for look in looks]
    left = iter(answers)
    await settle(gateway(lambda _: next(left)), WHO)
    assert next(left, None) is None


async def test_what_is_stuck_is_named() -> None:
    busy = QUIET | {"parked": 2}
    with pytest.raises(Stuck, match="sessions: 2 events parked"):
        await settle(gateway(lambda _: httpx.Response(200, json=busy)), WHO, deadline=0)
