"""Routers in many applications: FastAPI works out anew for each of them what every route takes, a fifth of a second."""

from fastapi import APIRouter, FastAPI

INCLUDED: dict[tuple[int, ...], APIRouter] = {}
"""What was worked out, by the identities of the routers; it keeps them, so that none is given anew."""


def include(app: FastAPI, *routers: APIRouter) -> None:
    """As ``app.include_router`` of each, worked out once for all applications with these routers."""
    key = tuple(map(id, routers))
    if key not in INCLUDED:
        INCLUDED[key] = APIRouter()
        for router in routers:
            INCLUDED[key].include_router(router)
    app.router.routes.extend(INCLUDED[key].routes)
