"""What routes ask for beside the caller."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Request, Response

from shared.domain.people import People
from shared.domain.work import Store
from shared.language.reasons import Reason
from shared.settings import Settings
from shared.web.sentences import Sentences
from shared.web.wording import HEARD, Say, reader

Explain = Callable[[Reason], str]
Retell = Callable[[str], str]


async def store_of(request: Request) -> Store:
    """Where the service keeps what it knows."""
    store: Store = request.app.state.store
    return store


async def _key(request: Request) -> str:
    settings: Settings = request.app.state.settings
    return settings.pseudonym_key.get_secret_value()


Keyed = Annotated[str, Depends(_key)]
"""What ids of people are made with."""


async def _people(request: Request, key: Keyed) -> People:
    return People.among(request.app.state.aggregates, request.app.state.store, key)


async def _read(request: Request, response: Response) -> str:
    """The reader's language, which the answer names."""
    language = reader(request)
    response.headers.update({"Content-Language": language, "Vary": HEARD})
    return language


Language = Annotated[str, Depends(_read)]


async def _say(request: Request, language: Language) -> Say:
    sentences: Sentences = request.app.state.sentences
    return sentences.say(language)


async def _explain(request: Request, language: Language) -> Explain:
    sentences: Sentences = request.app.state.sentences
    return partial(sentences.explain, language=language)


async def _retell(request: Request, language: Language) -> Retell:
    sentences: Sentences = request.app.state.sentences
    return partial(sentences.retell, language=language)


async def _written_to(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return bool(settings.smtp_host)


WrittenTo = Annotated[bool, Depends(_written_to)]
"""Whether letters are sent at all."""
Database = Annotated[Store, Depends(store_of)]


Known = Annotated[People, Depends(_people)]
"""Finds people by their employee numbers."""

Saying = Annotated[Say, Depends(_say)]
"""Puts sentences into the reader's language."""

Explaining = Annotated[Explain, Depends(_explain)]
"""Puts a reason into the reader's language."""

Retelling = Annotated[Retell, Depends(_retell)]
"""Puts a stored line into the reader's language."""
