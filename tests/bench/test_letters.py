"""Letters asked for, written and handed to a mail server, against handing over ready-made ones.

The baseline is a bare loop of aiosmtplib over as many connections, which sends messages that were written before: no
database, nothing to look up, nothing to render. ``LETTERS=50000`` measures so many.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from aiosmtplib import SMTP

from services.registration.board.card import PairCard
from services.registration.mail.claiming import Ready
from services.registration.mail.postman import HANDS, Postman
from services.registration.mail.readers import Reader
from services.registration.mail.sending import CONNECTIONS
from services.registration.mail.writing import Writer
from services.registration.notices.asking import SETTLES, foreseen, of_pair, put
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Fate, Letter
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.language.matching import PairFormed
from shared.loops import Pulse
from shared.settings import Settings
from shared.store.store import Store
from tests.bench.conftest import Show
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Mongo
from tests.support.holding import holding
from tests.support.letters import MONDAY, SENIOR, junior, letter, spring
from tests.support.memory import Stopped
from tests.unit.registration.samples import PROFILE

LETTERS = int(os.environ.get("LETTERS", "2000"))
NOW = MONDAY + timedelta(days=1)
TOGETHER = 250
READY_MADE = 100
"""Different messages; all of them would take more memory than what is measured."""


@asynccontextmanager
async def _sink() -> AsyncIterator[int]:
    pipe = asyncio.subprocess.PIPE
    words = (sys.executable, "-m", "tests.bench.mail_sink")
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe)
    assert process.stdin and process.stdout
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


def _told(port: int) -> Settings:
    told = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "us@x.example"}
    return settings_for(new_issuer(), **told, public_url="https://mentoring.example.com", session_keys="k" * 40)


def _two(number: int) -> Sequence[Aggregate]:
    """A pair, its people, and its card."""
    people = [("mentor", PROFILE, "Ada Byron"), ("mentee", SENIOR, "Blaise Pascal")]
    made: list[Aggregate] = []
    for role, profile, name in people:
        identity, person_id = f"{role}-{number}", f"person-{role}-{number}"
        made.append(Participant(id=identity, programme_id="spring", person_id=person_id, profile=profile))
        made.append(Person(id=person_id, name=name, email=f"{identity}@x.example"))
    event = _formed(number)
    return [*made, PairCard.of_event(event).paired(event)]


def _formed(number: int) -> PairFormed:
    two = {"mentor_id": f"mentor-{number}", "mentee_id": f"mentee-{number}"}
    return PairFormed(programme_id="spring", pair_id=f"pair-{number}", **two, round_id=None, score=7, criteria=())


async def _in_batches(store: Store, asks: bool) -> None:
    """People are stored, or what they are to be written is asked for."""
    for first in range(0, LETTERS // 2, TOGETHER):
        numbers = range(first, min(first + TOGETHER, LETTERS // 2))

        async def work(unit: Unit, numbers: range = numbers) -> None:
            if asks:  # as the inbox does for a batch
                await unit.fetch(wanted for number in numbers for wanted in foreseen(of_pair)(_formed(number)))
            for number in numbers:
                if asks:
                    await put(unit, of_pair(_formed(number), unit.now))
                else:
                    for each in _two(number):
                        unit.save(each)

        await store.run(work)


async def _bare(port: int, messages: Sequence[bytes]) -> float:
    """Letters a second."""
    left = list(range(LETTERS))

    async def line() -> None:
        smtp = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await smtp.connect()
        while left:
            number = left.pop()
            await smtp.sendmail("us@x.example", [f"{number}@x.example"], messages[number % len(messages)])
        await smtp.quit()

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(HANDS * CONNECTIONS)))
    return LETTERS / (time.perf_counter() - began)


def _ready_made(settings: Settings) -> list[bytes]:
    writer, (reader, person) = Writer(settings), junior()
    paired = [letter(Kind.PAIRED, subject=f"pair-{number}") for number in range(READY_MADE)]
    to = Reader.of(reader, person)
    return [writer.write(Ready(each, to, spring(), NOW, partner=reader, partner_name="Ada")) for each in paired]


def _memory() -> int:
    """Bytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_letters(mongodb: Mongo, database_name: str, show: Show) -> None:
    """Prints letters a second, the ratio, the longest hold of the loop, and what memory has grown by."""
    clock = Stopped(NOW)
    store = Store(mongodb.url, database_name, Origin("registration", "bench"), clock)
    await store.prepare((Letter, Participant, Person, Programme, PairCard))

    async def begin(unit: Unit) -> None:
        unit.save(spring())

    await store.run(begin)
    await _in_batches(store, asks=False)
    async with _sink() as port:
        settings = _told(port)
        bare = await _bare(port, _ready_made(settings))
        postman, memory, grown, sent = Postman(store, settings, Pulse()), _memory(), 0, 0
        async with holding() as asking:
            began = time.perf_counter()
            await _in_batches(store, asks=True)
            asked = time.perf_counter() - began
        async with holding() as held:
            began = time.perf_counter()
            clock.moment = NOW + SETTLES
            while some := await postman.post():
                sent, grown = sent + some, max(grown, _memory() - memory)
            posted = time.perf_counter() - began
    assert await store.count(Letter, {"fate": Fate.SENT.value}) == sent == LETTERS // 2 * 2
    await store.close()
    whole, sending = sent / (asked + posted), sent / posted
    show(f"{sent} letters asked for, written, sent {whole:8.0f} letters/s   ratio {whole / bare:5.2f} (aim 0.5)")
    show(f"of which written and sent          {sending:8.0f} letters/s   ratio {sending / bare:5.2f}")
    show(f"ready-made, bare aiosmtplib        {bare:8.0f} letters/s")
    show(f"longest hold of the loop {1000 * held.longest:.0f} ms (limit 100), memory grown by {grown / 1e6:.0f} MB")
    show(f"longest hold while {2 * TOGETHER} at a time are asked for {1000 * asking.longest:.0f} ms\n")
