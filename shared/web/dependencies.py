"""What routes ask for beside the caller."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from shared.domain.work import Store
from shared.language.reasons import Reason
from shared.settings import Settings
from shared.web.access import person_id
from shared.web.sentences import Sentences
from shared.web.wording import Say, reader

Explain = Callable[[Reason], str]
Retell = Callable[[str], str]


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _pseudonym(request: Request) -> Callable[[str], str]:
    settings: Settings = request.app.state.settings
    key = settings.pseudonym_key.get_secret_value()
    return lambda employee_id: person_id(employee_id, key)


async def _say(request: Request) -> Say:
    sentences: Sentences = request.app.state.sentences
    return sentences.say(reader(request))


async def _explain(request: Request) -> Explain:
    sentences: Sentences = request.app.state.sentences
    return partial(sentences.explain, language=reader(request))


async def _retell(request: Request) -> Retell:
    sentences: Sentences = request.app.state.sentences
    return partial(sentences.retell, language=reader(request))


Database = Annotated[Store, Depends(_store)]


Pseudonym = Annotated[Callable[[str], str], Depends(_pseudonym)]
"""Turns an employee number into a person id."""

Saying = Annotated[Say, Depends(_say)]
"""Puts sentences into the reader's language."""

Explaining = Annotated[Explain, Depends(_explain)]
"""Puts a reason into the reader's language."""

Retelling = Annotated[Retell, Depends(_retell)]
"""Puts a stored line into the reader's language."""
