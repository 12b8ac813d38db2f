"""What a refusal says, for tests that know it by its words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.domain.errors import Refused
from shared.language.reasons import Failure
from shared.web.sentences import Sentences


@contextmanager
def refusing(sentences: Sentences, said: str, kind: type[Failure] = Refused) -> Iterator[None]:
    """What is done inside is refused, with a sentence that holds this (a regular expression)."""
    with pytest.raises(kind) as caught:
        yield
    told = sentences.explain(caught.value.reason)
    assert re.search(said, told), told
