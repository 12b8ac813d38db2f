"""A sentence that is marked is what it was."""

import pytest

from shared.domain.marking import Addressed, _, ngettext


def test_marking_changes_nothing() -> None:
    assert _("One.") == "One."
    assert ngettext("One.", "%(count)s.") == ("One.", "%(count)s.")


@pytest.mark.parametrize(("somebody", "sentence"), [(True, "You left."), (False, "They left.")])
def test_whom_it_is_about_reads_you(somebody: bool, sentence: str) -> None:
    assert Addressed(you="You left.", others="They left.").to(somebody) == sentence
