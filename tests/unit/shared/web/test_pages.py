"""What stands in a sentence on a page is text, whoever wrote it."""

import pytest

from shared.language.reasons import AnyOf, Fact
from shared.web.pages import Pages

NAME = "<b>%(who)s&"


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (NAME, "&lt;b&gt;%(who)s&amp;"),
        ((NAME, "Ann"), "&lt;b&gt;%(who)s&amp;, Ann"),
        ([NAME, "Ann"], "&lt;b&gt;%(who)s&amp;, Ann"),
        (AnyOf((NAME, "Ann")), "&lt;b&gt;%(who)s&amp; or Ann"),
        (3, "3"),
    ],
)
def test_facts_are_escaped_once_also_where_there_are_several(fact: Fact, shown: str) -> None:
    template = Pages("shared.web")._environment("en").from_string("{{ say('It is %(who)s.', who=who) }}")
    assert template.render(who=fact) == f"It is {shown}."
