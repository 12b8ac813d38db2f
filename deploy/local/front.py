"""All four services behind one address, beside the demonstration's provider and mailbox. For this machine only."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.issuer import PROVIDER
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.provider import LocalProvider

NAMES = ("127.0.0.1", "localhost")
"""What this address is called; a page elsewhere that gave it a name of its own would be this very site to a browser."""


def front(services: Mapping[str, FastAPI], provider: LocalProvider, mailbox: MailboxPages) -> Starlette:
    """One application: /NAME/… is that service, everything else is registration, which has the page at /."""
    apps = list(services.values())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # All at once: joining a consumer group takes seconds, and so does leaving when the database has gone.
        stacks = {AsyncExitStack(): app for app in apps}
        try:
            await asyncio.gather(
                *(stack.enter_async_context(app.router.lifespan_context(app)) for stack, app in stacks.items())
            )
            yield
        finally:
            await asyncio.gather(*(stack.aclose() for stack in stacks))

    return Starlette(
        lifespan=lifespan,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=NAMES, www_redirect=False)],
        routes=[
            Mount(PROVIDER, routes=provider.routes),
            *mailbox.routes,
            *(_mounted(f"/{name}", name, app) for name, app in services.items()),
            _mounted("", "registration", services["registration"]),
        ],
    )


def _mounted(path: str, name: str, service: FastAPI) -> Mount:
    return Mount(path, service, middleware=[Middleware(_on_its_own, name)])


def _on_its_own(service: ASGIApp, name: str) -> ASGIApp:
    """That service, which makes addresses of its own routes alone: some are called alike in all services."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope.pop("router", None)  # the front's, which would find the first service's
        scope["app_root_path"] = f"/{name}"
        await service(scope, receive, send)

    return app
