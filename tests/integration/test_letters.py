"""Letters out of the real database: two replicas send none twice, and what one leaves behind the other takes up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.registration.board.card import PairCard
from services.registration.mail.postman import Postman
from services.registration.metrics import Metrics
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import IN_HAND, Because, Fate, Letter
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.loops import Pulse
from shared.running.alone import Alone
from shared.store.store import Store
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Mongo
from tests.support.letters import MONDAY, junior, letter, senior, spring
from tests.support.memory import Stopped
from tests.support.serving import until
from tests.support.smtp import MailServer, mail_server, says

NOW = MONDAY + timedelta(days=1)
KINDS = (Letter, Participant, Person, Programme, PairCard)


class Ended(BaseException):
    """Of a process."""


class World:
    """A database, a mail server, and as many replicas as one likes."""

    def __init__(self, url: str, name: str, server: MailServer) -> None:
        self.clock, self.server = Stopped(NOW), server
        self._url, self._name = url, name
        self.stores: list[Store] = []
        self.store = self.another_store()

    def another_store(self) -> Store:
        self.stores.append(Store(self._url, self._name, Origin("registration", "test"), self.clock))
        return self.stores[-1]

    def postman(self) -> Postman:
        told = {"smtp_host": "127.0.0.1", "smtp_port": self.server.port, "smtp_security": "none"}
        more = {"public_url": "https://mentoring.example.com", "mail_from": "us@x.example"}
        return Postman(self.another_store(), settings_for(new_issuer(), **told, **more), Pulse())

    async def keep(self, *aggregates: Any) -> None:
        async def save(unit: Unit) -> None:
            for each in aggregates:
                unit.save(each)

        await self.store.run(save)

    async def fates(self) -> dict[str, tuple[Fate, Because | None]]:
        return {each.id: (each.fate, each.because) for each in await self.store.all(Letter, {})}


@pytest.fixture
async def world(mongodb: Mongo, database_name: str) -> AsyncIterator[World]:
    async with mail_server() as server:
        one = World(mongodb.url, database_name, server)
        await one.store.prepare(KINDS)
        await one.keep(*junior(), *senior(), spring())
        yield one
        for store in one.stores:
            await store.close()


def pulses(count: int, at: datetime = MONDAY) -> list[Letter]:
    return [letter(Kind.PULSE, at, subject=f"session-{number}") for number in range(count)]


async def test_two_replicas_send_every_letter_once(world: World) -> None:
    await world.keep(*(letter(Kind.PAIRED, subject=f"pair-{number}") for number in range(120)))
    replicas = [Alone(postman._store, postman) for postman in (world.postman(), world.postman())]  # type: ignore[arg-type]

    async def work(replica: Alone) -> None:
        while len(world.server.taken) < 120:
            await replica.step()

    await asyncio.wait_for(asyncio.gather(*(work(each) for each in replicas)), 200)
    assert len({message["Message-ID"] for message in world.server.letters}) == 120
    assert len(world.server.taken) == 120


async def test_also_when_both_believe_that_it_is_theirs_to_do(world: World) -> None:
    await world.keep(*(letter(Kind.PAIRED, subject=f"pair-{number}") for number in range(20)))
    await asyncio.gather(*(world.postman().post() for _ in range(3)))
    assert len(world.server.taken) == 20
    assert {fate for fate, _ in (await world.fates()).values()} == {Fate.SENT}


async def test_what_was_sent_and_not_noted_goes_again_as_the_same_letter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.keep(letter(Kind.PAIRED))

    async def end(_: object) -> None:
        if world.server.taken:
            raise Ended

    killed = world.postman()
    monkeypatch.setattr(killed, "_note", end)
    with pytest.raises(Ended):
        await killed.post()
    other = world.postman()
    world.clock.moment = NOW + IN_HAND - timedelta(seconds=1)
    await other.post()
    assert len(world.server.taken) == 1
    world.clock.moment = NOW + IN_HAND
    await other.post()
    one, again = world.server.letters
    assert one["Message-ID"] == again["Message-ID"]
    assert await world.fates() == {"paired:pair:junior": (Fate.SENT, None)}


async def test_nobody_gets_more_than_two_letters_a_week_that_nobody_owed_them(world: World) -> None:
    await world.keep(*pulses(2), letter(Kind.PAIRED))
    await world.postman().post()
    await world.keep(letter(Kind.PULSE, subject="session-9"))
    await world.postman().post()
    assert len(world.server.taken) == 3
    assert (await world.fates())["how-was-it:session-9:junior"] == (Fate.SPARED, Because.ENOUGH)


async def test_what_is_in_the_hand_of_another_counts_as_well(world: World) -> None:
    await world.keep(*pulses(2))
    held, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: object) -> None:
        held.set()
        await go_on.wait()

    world.server.at["DATA"] = wait
    first = asyncio.create_task(world.postman().post())
    await asyncio.wait_for(held.wait(), 30)
    await world.keep(letter(Kind.PULSE, subject="session-9"))
    await world.postman().post()
    go_on.set()
    await first
    assert len(world.server.taken) == 2
    assert (await world.fates())["how-was-it:session-9:junior"] == (Fate.SPARED, Because.ENOUGH)


async def test_what_waits_is_counted(world: World) -> None:
    metrics = Metrics()

    async def counted() -> dict[str, float]:
        await metrics.measure(world.store)
        found = [sample for family in metrics.registry.collect() for sample in family.samples]
        ours = [sample for sample in found if "letters" in sample.name and "set_aside" not in sample.name]
        return {sample.labels.get("fate", sample.name): sample.value for sample in ours}

    world.server.at["RCPT"] = says("451 not now")
    await world.keep(letter(Kind.PAIRED), letter(Kind.TRAINING, NOW + timedelta(days=3)))
    later = {"waiting": 2, "sent": 0, "withdrawn": 0, "spared": 0, "given-up": 0}
    named = ("telemachus_letters_waiting", "telemachus_letters_oldest_timestamp_seconds")
    assert await counted() == later | dict(zip(named, (1, MONDAY.timestamp()), strict=True))
    await world.postman().post()
    assert await counted() == later | dict(zip(named, (1, NOW.timestamp()), strict=True)), "since it was first tried"
    world.server.at.clear()
    world.clock.moment = NOW + timedelta(minutes=2)
    await world.postman().post()
    assert await counted() == later | {"waiting": 1, "sent": 1} | dict.fromkeys(named, 0)


async def test_it_goes_on_when_a_server_comes_back(world: World) -> None:
    world.server.at["EHLO"] = says("421 away")
    await world.keep(letter(Kind.PAIRED))
    postman = world.postman()
    await postman.post()
    world.server.at.clear()
    world.clock.moment = NOW + timedelta(minutes=1)

    async def sent() -> bool:
        await postman.post()
        return len(world.server.taken) == 1

    await until(sent)
