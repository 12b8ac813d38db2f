"""The last letter: it knows an address until it has gone, and no longer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.registration.app import put_right
from services.registration.notices.farewell import erase_and_tell
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.people.erasure import CONFIRMING, Erasure
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Unit
from tests.support.apps import new_issuer, settings_for
from tests.support.letters import contact, spring
from tests.support.smtp import mail_server, says
from tests.unit.registration.mail.test_postman import NOW, World

ADDRESS = "junior@x.example"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with mail_server() as server:
        yield World(server)


async def erased(world: World, *, is_told: bool = True) -> Erasure:
    return await world.store.run(lambda unit: erase_and_tell(unit, ["person-junior"], is_told=is_told))


async def confirmed(world: World) -> None:
    async def confirm(unit: Unit) -> None:
        [found] = await unit.store.all(Erasure, {})
        erasure = await unit.get(Erasure, found.id)
        for name in CONFIRMING:
            erasure = erasure.confirming("junior", name, unit.now)
        unit.save(erasure)

    await world.store.run(confirm)


def everything(world: World) -> str:
    """All that is stored of letters, as text."""
    return repr(world.store.shelves.documents[Letter])


async def test_it_goes_when_every_service_has_erased_and_then_nothing_of_the_address_is_left(world: World) -> None:
    await erased(world)
    assert await world.store.count(Person, {"_id": "person-junior"}) == 0
    await world.at(NOW + timedelta(minutes=1))
    assert world.server.taken == [], "it is not done yet"
    assert ADDRESS in everything(world)
    await confirmed(world)
    await world.at(NOW + timedelta(minutes=3))
    assert [address for address, _ in world.server.taken] == [ADDRESS]
    assert [each["Subject"] for each in world.server.letters] == ["Tout ce qui vous concerne a été effacé"]
    assert (await world.one()).fate is Fate.SENT
    assert ADDRESS not in everything(world) and "Ada" not in everything(world)


async def test_what_never_goes_forgets_the_address_too(world: World) -> None:
    await erased(world)
    await confirmed(world)
    world.server.at["RCPT"] = says("550 nobody here")
    await world.at(NOW + timedelta(minutes=1))
    assert (await world.one()).because is Because.REFUSED
    assert ADDRESS not in everything(world)


async def test_an_erasure_that_takes_too_long_is_waited_for_no_longer_than_five_days(world: World) -> None:
    await erased(world)
    await world.at(NOW + timedelta(days=5, minutes=1))
    assert (await world.one()).because is Because.TOO_LATE
    assert ADDRESS not in everything(world)


async def test_where_nobody_is_written_to_any_more_the_address_is_forgotten_at_the_next_start(world: World) -> None:
    await erased(world)
    await put_right(world.store, world.settings)
    assert ADDRESS in everything(world), "it is still to go"
    await put_right(world.store, settings_for(new_issuer()))
    assert (await world.one()).because is Because.NOT_TAKEN
    assert ADDRESS not in everything(world) and "Ada" not in everything(world)


async def test_where_nobody_is_written_to_no_address_is_kept(world: World) -> None:
    await erased(world, is_told=False)
    assert await world.store.all(Letter, {}) == []


async def test_asking_again_tells_nobody_twice(world: World) -> None:
    await erased(world)
    await erased(world)
    await world.one()


async def test_whoever_is_erased_is_no_contact_any_more(world: World) -> None:
    await world.keep(spring().told_to([contact(email="Junior@x.example"), contact()]))
    await world.keep(Person(id="person-junior", name="Ada", email="JUNIOR@x.example"))
    await erased(world)
    [programme] = await world.store.all(Programme, {})
    assert programme.contacts == (contact(),)
