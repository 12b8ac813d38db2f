"""Two demo programmes never share a directory, and whoever comes second is told where the first one is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.demo.claim import AlreadyRunning, Running, claimed, running
from deploy.local.program import CannotStart

HOLDER = """
import sys, time
from pathlib import Path
from deploy.local.demo.claim import Running, claimed
with claimed(Path(sys.argv[1])) as claim:
    claim.says(Running(directory=Path(sys.argv[1]), url="http://127.0.0.1:18099", process=7))
    print("held", flush=True)
    time.sleep(600)
"""


def of(directory: Path, url: str = "http://127.0.0.1:18099") -> Running:
    return Running(directory=directory, url=url, process=os.getpid())


def test_whoever_comes_second_hears_where_the_first_one_is(tmp_path: Path) -> None:
    with claimed(tmp_path / "bnp-uk") as claim:
        claim.says(of(tmp_path / "bnp-uk"))
        told = pytest.raises(AlreadyRunning, match=r"already running at http://127\.0\.0\.1:18099/")
        with told as second, claimed(tmp_path / "bnp-uk"):
            pytest.fail("nobody may")
        assert isinstance(second.value, CannotStart)
        assert "stop that one" not in str(second.value)
    with claimed(tmp_path / "bnp-uk"):
        assert running(tmp_path / "nowhere") == []


def test_a_claim_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    directory = tmp_path / "bnp-uk"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    assert [each.url for each in running(tmp_path)] == ["http://127.0.0.1:18099"]
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert running(tmp_path) == []
    with claimed(directory) as claim:
        claim.says(of(directory, "http://127.0.0.1:18098"))
        assert running(tmp_path) == [of(directory, "http://127.0.0.1:18098")]


def test_a_later_word_replaces_a_longer_one(tmp_path: Path) -> None:
    directory = tmp_path / "bnp-uk"
    with claimed(directory) as claim:
        claim.says(Running(directory=directory, url="http://127.0.0.1:18099", process=1, mongodb="m" * 500))
        claim.says(of(directory))
        assert running(tmp_path) == [of(directory)]


@pytest.mark.parametrize("written", ["", "{", "[]", '{"url": 1}', "\x00" * 40])
def test_what_cannot_be_read_is_nobody(tmp_path: Path, written: str) -> None:
    with claimed(tmp_path / "bnp-uk"):
        (tmp_path / "bnp-uk.running").write_text(written)
        assert running(tmp_path) == []
        with pytest.raises(AlreadyRunning), claimed(tmp_path / "bnp-uk"):
            pytest.fail("nobody may")
