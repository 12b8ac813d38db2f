"""``telemachus up`` as a new user has it: started twice, interrupted, killed, and asked."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.demo.claim import running
from deploy.local.ports import free_port
from tests.support.clone import WITHIN, Clone, cloned


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    with cloned(tmp_path) as made:
        yield made


def test_the_second_one_is_told_where_the_first_is_and_takes_nothing_away(clone: Clone) -> None:
    clone.start(ONCE="1")
    clone.until_it_says("is imported")
    [first] = running(clone.state)
    again = clone.command("up", ONCE="1")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)
    assert f"already running at http://127.0.0.1:{clone.port}/" in again.stdout
    assert "stop that" not in again.stdout
    beside = clone.command("up")
    assert (beside.returncode, f"already running at http://127.0.0.1:{clone.port}/" in beside.stdout) == (1, True)
    assert f"PORT={clone.port + 1}" in beside.stdout
    assert running(clone.state) == [first]
    assert clone.command("outbox", "registration", "--json").returncode == 0
    assert clone.stop() == 130
    assert "begins anew" in clone.said()


@pytest.mark.parametrize(
    ("when", "how", "code"),
    [
        ("Starting", signal.SIGHUP, 129),
        ("apply themselves", signal.SIGTERM, 143),
    ],
)
def test_whoever_is_stopped_in_the_middle_says_that_all_is_kept(
    clone: Clone, when: str, how: signal.Signals, code: int
) -> None:
    clone.start()
    clone.until_it_says(when)
    assert clone.stop(how) == code
    assert "Everything is kept in" in clone.said()
    assert "the same command goes on" in clone.said()
    assert "Traceback" not in clone.said()
    assert clone.databases() == []
    assert running(clone.state) == []


def test_the_second_time_it_ends_at_once(clone: Clone) -> None:
    clone.start()
    clone.until_it_says("is imported")
    clone.started[-1].send_signal(signal.SIGINT)
    clone.until_it_says("Stopping")
    clone.started[-1].send_signal(signal.SIGINT)
    assert clone.started[-1].wait(WITHIN) in (130, 143)
    assert "Traceback" not in clone.said()
    assert clone.databases() == []


def test_what_was_killed_goes_on_and_is_asked_wherever_it_is(clone: Clone) -> None:
    nobody = clone.command("lag")
    assert (nobody.returncode, "make up" in nobody.stderr) == (3, True)
    clone.start()
    clone.until_it_says("apply themselves")
    clone.started[-1].kill()
    clone.started[-1].wait()
    [left] = clone.databases()
    clone.start()
    clone.until_it_says("Ctrl-C stops it")
    assert clone.databases() != [left]
    lag = clone.command("lag", "--json")
    assert (lag.returncode, len(json.loads(lag.stdout))) == (0, 4)
    check = clone.command("check", "--json")
    assert (check.returncode, len(json.loads(check.stdout))) == (0, 4), check.stdout
    other_people = clone.command("up", "--seed", "2", PORT=str(free_port()))
    assert "already running" in other_people.stdout
    assert clone.stop() == 0
    assert re.search(r"Stopped\. Everything is kept in .*; the same command goes on where it was\.", clone.said())
    assert "SEED=1" in clone.command("up", "--seed", "2").stdout


def test_a_database_that_ends_is_told(clone: Clone) -> None:
    clone.start()
    clone.until_it_says("The page is up")
    [database] = clone.databases()
    os.kill(database, signal.SIGKILL)
    assert clone.started[-1].wait(WITHIN) == 1
    assert "MongoDB ended with code -9" in clone.said()
    assert "Traceback" not in clone.said()
