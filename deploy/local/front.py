"""All four services behind one address, and the sign-in for demo personas. For this machine only."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from deploy.local.issuer import LIFETIME, Issuer
from shared.web.access import COOKIE
from shared.web.pages import Pages

PERSONAS: Final[Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "manager": ("Programme manager", ("manager",), ("*",)),
}
"""Those there are pages for: name → what it is called, its roles, its countries."""


def front(services: Mapping[str, FastAPI], issuer: Issuer) -> Starlette:
    """One application: /NAME/… is that service, everything else is registration, which has the page at /."""
    signing_in, apps = _SignIn(issuer), list(services.values())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            # All at once: joining a consumer group takes seconds.
            await asyncio.gather(*(stack.enter_async_context(app.router.lifespan_context(app)) for app in apps))
            yield

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/sign-in", signing_in.ask, methods=["GET"], name="sign-in"),
            Route("/sign-in", signing_in.answer, methods=["POST"]),
            *(Mount(f"/{name}", app) for name, app in services.items()),
            Mount("", services["registration"]),
        ],
    )


class _SignIn:
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._pages = Pages(__package__)

    async def ask(self, request: Request) -> Response:
        then = _here(request.query_params.get("then", "/"))
        labels = {name: label for name, (label, _, _) in PERSONAS.items()}
        return self._pages.page(request, "sign_in.html", personas=labels, then=then)

    async def answer(self, request: Request) -> Response:
        form = await request.form()
        persona = PERSONAS.get(str(form.get("persona")))
        if persona is None:
            return RedirectResponse("/sign-in", 303)
        _, roles, countries = persona
        response = RedirectResponse(_here(str(form.get("then", "/"))), 303)
        token = self._issuer.token("", roles, countries)
        response.set_cookie(COOKIE, token, max_age=LIFETIME, httponly=True, samesite="strict")
        return response


def _here(address: str) -> str:
    """A path on this very address; anything else could lead people elsewhere."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if plain and not address.startswith("//") else "/"
