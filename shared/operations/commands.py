"""What a service does instead of serving when it is told a word: ``prepare`` and ``check``."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from shared.domain.clock import SystemClock, clock_of
from shared.domain.errors import StreamPoisoned
from shared.operations.checks import Check, check_service, mongodb
from shared.operations.printable import printable
from shared.operations.recovery import Progress, as_sentences, recover
from shared.running.declared import Declared
from shared.running.running import Running
from shared.settings import Settings, faults, from_environment
from shared.store.mongodb import PyMongoError
from shared.telemetry.logs import configure_logs

USAGE = """\
serve           or without a word: serve, until SIGTERM
prepare         create the collections and indexes that are missing, then end; harmless when they exist
recover         after its database was restored from a backup: catch up with the topics, then end; while none runs
check [--json]  look whether all is there that serving needs; ends with 1 when something is not"""


def obey(service: Declared, words: Sequence[str]) -> int | None:
    """Do what the words say; the exit code, or None when the service is to be served."""
    if list(words) in ([], ["serve"]):
        return None
    configure_logs("WARNING")
    match [*words]:
        case ["prepare"]:
            return asyncio.run(_prepare(service))
        case ["recover"]:
            return asyncio.run(_recover(service))
        case ["check", *rest] if set(rest) <= {"--json"}:
            return asyncio.run(_check(service, as_json="--json" in rest))
    _tell(USAGE, sys.stderr)
    return 2


def _tell(lines: str, to: TextIO | None = None) -> None:
    """What brokers and databases say stands in it, and goes to a terminal or a job's log."""
    (to or sys.stdout).write("".join(f"{printable(line)}\n" for line in lines.split("\n")))


async def _prepare(service: Declared) -> int:
    settings = from_environment()
    running = None
    try:
        running = Running(service, settings, SystemClock())
        await running.prepare()
    except (PyMongoError, ValueError) as error:
        _tell("MongoDB {}: {}.".format(*mongodb.explain(error)), sys.stderr)
        return 1
    finally:
        if running:
            await running.store.close()
    _tell(f"{running.store.db.name} has its collections and indexes.")
    return 0


async def _recover(service: Declared) -> int:
    settings = from_environment()
    running = Running(service, settings, clock_of(settings.clock_file))
    try:
        recovered = await recover(running, _bar())
    except (PyMongoError, KafkaError, TimeoutError, StreamPoisoned) as error:
        _tell(f"Not finished ({type(error).__name__}: {error}). Mend it and do it again.", sys.stderr)
        return 1
    finally:
        await running.store.close()
    _tell("\n".join(as_sentences(recovered)))
    return 0


def _bar() -> Progress:
    """A line every tenth of the way: a job's log is no terminal."""
    tenths: dict[str, int] = {}

    def told(what: str, read: int, of: int) -> None:
        if (tenth := 10 * read // of) > tenths.get(what, -1):
            tenths[what] = tenth
            _tell(f"{what}: {read} of {of} records", sys.stderr)

    return told


async def _check(service: Declared, *, as_json: bool) -> int:
    checks = await _checks(service)
    told = json.dumps([asdict(check) for check in checks], indent=2) if as_json else "\n".join(map(_line, checks))
    _tell(told)
    return 0 if all(check.fine for check in checks) else 1


async def _checks(service: Declared) -> list[Check]:
    try:
        settings = Settings()
    except ValidationError as error:
        return [Check(f"Setting {name}", False, what, "set it in the environment") for name, what in faults(error)]
    return await check_service(service, settings)


def _line(check: Check) -> str:
    remedy = f"  →  {check.remedy}" if check.remedy else ""
    return f"{'fine ' if check.fine else 'WRONG'}  {check.what}: {check.found}{remedy}"
