"""Starts what was wished for and ends it again; whatever is in the way is told in a sentence.

What takes seconds to import is imported when it is needed, so that a wrong wish is told at once.
"""

import errno
import logging
import os
import shutil
from contextlib import ExitStack, suppress
from dataclasses import replace

from deploy.local.demo.claim import AlreadyRunning, Running, claimed, running
from deploy.local.demo.stopping import Stopping
from deploy.local.demo.telling import what_is_kept
from deploy.local.demo.wish import Wish
from deploy.local.kept import kept
from deploy.local.ports import another, must_be_free
from deploy.local.program import BrokeOff, CannotStart
from deploy.terminal import console

ROOM = 1000
"""MB that should be free: what a demo programme takes, and as much again."""


def run(wish: Wish) -> int:
    """Runs it until it is told to stop, or the programme's end is reached; 0 when all is well."""
    with Stopping() as stopping:
        try:
            code = _run(wish, stopping)
        except KeyboardInterrupt:
            code = stopping.exit_code
        except AlreadyRunning as problem:
            console.say(str(problem))
            return 1
        except (CannotStart, BrokeOff) as problem:
            return _failed(wish, str(problem))
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise  # nobody reads any more what we say
            return _failed(wish, f"{problem.filename or wish.state}: {problem.strerror}.")
        if stopping.told:
            console.say(what_is_kept(wish))
        return code


def _failed(wish: Wish, why: str) -> int:
    console.say("Telemachus cannot run.", "bold")
    console.say(why)
    with suppress(OSError):  # where there can be no such file
        if wish.log.exists():
            console.say(f"The log: {wish.log}")
    return 1


def _run(wish: Wish, stopping: Stopping) -> int:
    with claimed(wish.directory) as claim, ExitStack() as stack:
        _must_be_free(wish)
        here = Running(directory=wish.directory, url=wish.url, process=os.getpid())
        claim.says(here)
        console.say("Starting Kafka, MongoDB and four services …")
        from deploy.local.demo.serving import serve
        from deploy.local.stack import backends, close_what_was_left
        from shared.telemetry.logs import configure_logs

        close_what_was_left(wish.directory)
        _prepare(wish)
        logging.raiseExceptions = False  # a log that cannot be written must not fill the terminal
        configure_logs("INFO", stack.enter_context(wish.log.open("a")))
        found = backends(wish.directory, stack)
        claim.says(replace(here, kafka=found.own_kafka, mongodb=found.own_mongodb))
        return serve(wish, found, stopping)


def _must_be_free(wish: Wish) -> None:
    """Raises CannotStart when something listens there, and says which of ours it is."""
    remedy = f"choose another port (PORT={another(wish.port)})"
    for other in running(wish.state):
        if other.url == wish.url and other.directory != wish.directory:
            raise CannotStart(f"{other.directory.name} is already running at {other.url}/: {remedy}.")
    must_be_free(wish.port, "Telemachus", remedy)


def _prepare(wish: Wish) -> None:
    """Make its directory, or for one that is played once make it anew; raises CannotStart, OSError."""
    if wish.once and wish.directory.exists():
        shutil.rmtree(wish.directory)
    wish.directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(wish.directory).free // 1_000_000
    if free < ROOM:
        raise CannotStart(
            f"Only {free} MB are free where {wish.directory} is, and {ROOM} may be needed: "
            "free some, or name another directory (STATE=)."
        )
    seed = kept(wish.directory / "seed", lambda: str(wish.seed))
    if seed != str(wish.seed):
        raise CannotStart(
            f"{wish.directory} holds the people of SEED={seed}: start that one, "
            f"or name another directory (STATE=) for those of SEED={wish.seed}."
        )
