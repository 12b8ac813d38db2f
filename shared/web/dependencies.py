"""What routes ask for beside the caller."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from shared.settings import Settings
from shared.store.store import Store
from shared.web.access import person_id


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _pseudonym(request: Request) -> Callable[[str], str]:
    settings: Settings = request.app.state.settings
    key = settings.pseudonym_key.get_secret_value()
    return lambda employee_id: person_id(employee_id, key)


Database = Annotated[Store, Depends(_store)]


Pseudonym = Annotated[Callable[[str], str], Depends(_pseudonym)]
"""Turns an employee number into a person id."""
