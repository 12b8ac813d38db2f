"""What is kept is there as a whole or not at all."""

from pathlib import Path

import pytest

from deploy.local.kept import keep, kept


def test_it_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    made = iter(["first", "second"])
    file = tmp_path / "deep" / "key"
    assert [kept(file, lambda: next(made)) for _ in range(2)] == ["first", "first"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "key"
    keep(file, "whole")
    with pytest.raises(UnicodeEncodeError):
        keep(file, "half of it \udc80")
    assert file.read_text() == "whole"
    keep(file, "again")
    assert file.read_text() == "again"
