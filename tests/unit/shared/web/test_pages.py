"""What stands in a sentence on a page is text, whoever wrote it."""

import pytest

from shared.language.reasons import AnyOf, Fact
from shared.web.pages import Pages

NAME = "<b>%(who)s&"


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (NAME, "&lt;b&gt;%(who)s&amp;"),
        ((NAME, "Ann"), "&lt;b&gt;%(who)s&amp; and Ann"),
        ([NAME, "Ann"], "&lt;b&gt;%(who)s&amp; and Ann"),
        (AnyOf((NAME, "Ann")), "&lt;b&gt;%(who)s&amp; or Ann"),
        (3, "3"),
    ],
)
def test_facts_are_escaped_once_also_where_there_are_several(fact: Fact, shown: str) -> None:
    template = Pages("shared.web")._environment("en").from_string("{{ say('It is %(who)s.', who=who) }}")
    assert template.render(who=fact) == f"It is {shown}."


@pytest.mark.parametrize(("language", "thousand"), [("en", "1,200"), ("de", "1.200"), ("fr", "1\u202f200")])
@pytest.mark.parametrize(
    "written",
    [
        "{{ _('%(points)s points', points=many) }}",
        "{{ ngettext('one point', '%(num)s points', many) }}",
        "{% trans count=many %}one point{% pluralize %}{{ count }} points{% endtrans %}",
        "{{ many|number }} points",
    ],
)
def test_a_number_is_written_as_readers_of_that_language_write_it(written: str, language: str, thousand: str) -> None:
    template = Pages("shared.web")._environment(language).from_string(written)
    assert template.render(many=1200) == f"{thousand} points"


def test_the_plural_goes_by_the_number_itself() -> None:
    template = Pages("shared.web")._environment("en").from_string("{{ ngettext('one point', '%(num)s points', 1) }}")
    assert template.render() == "one point"
