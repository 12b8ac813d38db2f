"""Who may say whom somebody reports to, and where it is kept."""

from typing import Any

import pytest

from services.registration.people.link import Link, decided, fetched_links, keep
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.people.reporting import Heard, passing_over
from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import PROFILE

GERMAN = PROFILE.model_copy(update={"country": "DE"})
HERE, THERE = Participant.registered("spring", "p", PROFILE), Participant.registered("autumn", "p", GERMAN)


def _person(manager: str | None) -> Person:
    return Person(id="p", name="P", email="p@x.example", manager_id=manager)


def _link(country: str = "") -> Link:
    return Link(id="p", manager_id="old", country=country)


async def _decided(covers: str, heard: Heard, *kept: Aggregate) -> str | None:
    unit = MemoryStore(*kept).unit()
    known = await fetched_links(unit, ["p"])
    return (await decided(unit, {"p": heard}, known, lambda country: country in covers.split()))["p"]


@pytest.mark.parametrize("new", ["new", None])
@pytest.mark.parametrize(
    ("covers", "kept", "taken"),
    [
        ("FR", (_person("old"), HERE), True),
        ("FR", (_person("old"), HERE, THERE), False),
        ("FR", (_person("old"), THERE), False),
        ("FR DE", (_person("old"), HERE, THERE), True),
        ("FR", (_link(),), True),
        ("FR", (_link("FR"),), True),
        ("FR", (_link("DE"),), False),
        ("DE", (_link(),), False),
        ("", (_link(),), False),
    ],
)
async def test_a_link_is_changed_or_taken_away_by_whoever_covers_all_countries(
    covers: str, kept: tuple[Aggregate, ...], taken: bool, new: str | None
) -> None:
    assert await _decided(covers, Heard(new, "FR"), *kept) == (new if taken else "old")


@pytest.mark.parametrize("kept", [(), (_person(None), THERE), (_person(None), HERE, THERE)])
async def test_what_was_unknown_may_be_added(kept: tuple[Aggregate, ...]) -> None:
    assert await _decided("FR", Heard("new"), *kept) == "new"


async def test_a_country_that_cannot_be_read_covers_nothing() -> None:
    assert await _decided("FR", Heard("new", "FRANCE"), _link("FR")) == "old"
    assert await _decided("FR", Heard("new", ""), _link()) == "old"


async def _kept(store: MemoryStore, **link: Any) -> bool:
    async def work(unit: Unit) -> bool:
        return await keep(unit, "p", **link)

    return await store.run(work)


async def test_a_link_stands_with_the_person_or_by_itself() -> None:
    store = MemoryStore(_person(None))
    assert await _kept(store, manager_id="m")
    assert store.documents(Person)["p"]["manager_id"] == "m"
    assert store.documents(Link) == {}

    store = MemoryStore()
    assert await _kept(store, manager_id="m", country="FR")
    assert not await _kept(store, manager_id="m", country="DE")
    assert (store.documents(Link)["p"]["manager_id"], store.documents(Link)["p"]["country"]) == ("m", "FR")
    assert await _kept(store, manager_id="n")
    assert store.documents(Link)["p"]["country"] == "FR"
    assert await _kept(store, manager_id=None)
    assert store.documents(Link) == {}


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"j": "d", "d": "v"}, {"j": "v"}),
        ({"j": "d"}, {}),
        ({"j": "d", "d": None}, {"j": None}),
        ({"j": "d", "d": "e", "e": "d"}, {}),
        ({"j": "d", "d": "e", "e": "v", "v": "c"}, {"j": "v", "v": "c"}),
    ],
)
def test_whoever_was_erased_is_passed_over(said: dict[str, str | None], line: dict[str, str | None]) -> None:
    heard = {person: Heard(manager) for person, manager in said.items()}
    assert {person: each.manager_id for person, each in passing_over({"d", "e"}, heard).items()} == line
