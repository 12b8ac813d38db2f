"""A page, and a page of a list, of a programme of 10 000 people: how long each takes, and what else waits meanwhile.

Baselines: a bare FastAPI application that renders the live page's very template from what is in memory, and one that
answers a list's very bytes from memory.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp

from services.registration.pages.board.reading import read_board
from services.registration.pages.board.river import river
from services.registration.pages.board.routes import pages
from services.registration.pages.board.scope import Scope
from services.registration.pages.board.sentences import SAID
from services.registration.programmes.programme import Programme
from shared.web.static import static_router
from tests.bench.conftest import Show
from tests.support.apps import signed_in
from tests.support.asking import ISSUER
from tests.support.backends import Mongo
from tests.support.crowd import crowded
from tests.support.holding import holding
from tests.support.raw import listening
from tests.support.seeds import PROGRAMME, ROUND

PEOPLE = 10_000
ROUNDS = 12
"""Requests of each client."""
WHO = {
    **signed_in(ISSUER, "manager", "operator", employee_id="e-m", countries=["*"]),
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
LISTS = {
    "participants": ("registration", f"/programmes/{PROGRAMME}/participants"),
    "pairs": ("matching", f"/programmes/{PROGRAMME}/pairs"),
    "waiting": ("matching", f"/programmes/{PROGRAMME}/waiting"),
    "left over": ("matching", f"/rounds/{ROUND}/left-over"),
    "sessions": ("sessions", f"/programmes/{PROGRAMME}/sessions"),
    "alarms": ("feedback", f"/programmes/{PROGRAMME}/alarms"),
}


@pytest.fixture(scope="module")
async def apps(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    async with crowded(mongodb, "bench_pages", PEOPLE) as apps:
        yield apps
    mongodb.drop("bench_pages")


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with listening(app) as server:
        address = f"http://127.0.0.1:{server.port}"
        async with httpx.AsyncClient(
            base_url=address, headers=WHO, trust_env=False, limits=limits, timeout=60
        ) as client:
            yield client


async def _times(client: httpx.AsyncClient, path: str, clients: int, rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of every request."""
    took: list[float] = []

    async def one() -> None:
        for _ in range(rounds):
            began = time.perf_counter()
            answer = await client.get(path)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(one() for _ in range(clients)))
    return took


def _p(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100)[-1]


async def _bare_page(app: FastAPI) -> FastAPI:
    """The same template, from what is in memory."""
    store = app.state.store
    programme = await store.unit().get(Programme, PROGRAMME)
    board = await read_board(store, programme, Scope(PROGRAMME))
    drawn = river((board.funnel.registered, board.funnel.trained, board.funnel.paired, board.funnel.met))
    bare = FastAPI()

    @bare.get("/page")
    async def page(request: Request) -> HTMLResponse:
        content = pages.fragment(request, "_board.html", board=board, countries=None, river=drawn, **SAID)
        return pages.page(request, "board.html", programme=programme, others=[], content=content)

    for route in app.routes:
        bare.router.routes.append(route)  # the addresses in it
    bare.include_router(static_router)
    return bare


@pytest.mark.parametrize("clients", [8, 32])
async def test_the_live_page(apps: dict[str, FastAPI], show: Show, clients: int) -> None:
    """Prints milliseconds a page, and requests a second beside the bare one's."""
    app = apps["registration"]
    async with served(await _bare_page(app)) as client:
        await _times(client, "/page", clients, 2)
        bare = await _times(client, "/page", clients)
    async with served(app) as client:
        await _times(client, f"/board/{PROGRAMME}", clients, 2)
        ours = await _times(client, f"/board/{PROGRAMME}", clients)
    (ours_50, ours_99), (bare_50, bare_99) = _p(ours), _p(bare)
    show(f"page, {clients:2} clients: p50 {ours_50:6.1f} ms  p99 {ours_99:6.1f} ms")
    show(
        f"  bare, from memory: p50 {bare_50:6.1f} ms  p99 {bare_99:6.1f} ms   ratio {bare_50 / ours_50:4.2f} (aim 0.4)"
    )


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_of_a_list(apps: dict[str, FastAPI], show: Show, name: str) -> None:
    """Prints milliseconds of pages of 100, the first and a later one, and of 500, and how long that held the loop."""
    service, path = LISTS[name]
    app = apps[service]
    async with served(app) as client:
        first = await client.get(path)
        middle = path
        for _ in range(5):
            middle = f"{path}{(await client.get(middle)).headers['link'].partition('>')[0][1:]}"
        bare = FastAPI()

        @bare.get("/list")
        async def bytes_from_memory() -> Response:
            return Response(first.content, media_type="application/json")

        async with served(bare) as memory:
            base = await _times(memory, "/list", 1, 40)
        times = await _times(client, path, 1, 40), await _times(client, middle, 1, 40)
        async with holding() as held:
            large = await _times(client, f"{path}?limit=500", 1, 5)
    (p50, p99), (m50, m99), (base_50, _) = map(_p, (*times, base))
    show(f"{name:12} first p50 {p50:5.1f} p99 {p99:5.1f} ms  later p50 {m50:5.1f} p99 {m99:5.1f} ms (aim 30)")
    show(f"  of 500: {statistics.median(large):5.1f} ms, held the loop {held.longest * 1000:3.0f} ms")
    show(f"  the bytes from memory: {base_50:4.1f} ms   ratio {p50 / base_50:4.1f}")
