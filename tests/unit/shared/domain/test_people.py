"""One employee number, one person: however it is written, and whatever an earlier version made of it."""

from dataclasses import dataclass
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.aggregate import Aggregate
from shared.domain.people import People, person_id, pseudonym
from tests.support.memory import MemoryStore

KEY = "a key that only tests know"
ODD, PLAIN = "Le\u0301a\u00a0 1", "Léa 1"
OLD, NEW = pseudonym(ODD, KEY).before, person_id(PLAIN, KEY)


@dataclass(frozen=True, kw_only=True)
class Part(Aggregate):
    """Somebody's part in a programme."""

    collection: ClassVar[str] = "parts_of_people"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id", "known_as")

    person_id: str
    known_as: str | None = None


def people(*parts: Part) -> People:
    return People.among([Part], MemoryStore(*parts), KEY)


@given(st.text(min_size=1), st.text(min_size=16))
def test_a_number_gives_an_id_that_does_not_show_it(number: str, key: str) -> None:
    given_id = person_id(number, key)
    assert given_id == person_id(f" {number}\u200b", key)
    assert given_id != person_id(f"{number}.", key)
    assert len(given_id) == len("person-") + 24


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_an_ordinary_number_gives_what_it_always_gave(number: str) -> None:
    assert pseudonym(number, KEY).id == pseudonym(number, KEY).before


async def test_who_is_not_known_comes_under_the_normal_form() -> None:
    for number in (ODD, PLAIN):
        found = await people().one(number)
        assert (found.id, found.known_as) == (NEW, None)


async def test_who_was_known_before_keeps_the_id() -> None:
    """By the number as it was written, or by any other way once it was told what that gives."""
    found = await people(Part(id="a", person_id=OLD)).one(ODD)
    assert (found.id, found.known_as, found.ids) == (OLD, NEW, (NEW, OLD))

    told = people(Part(id="a", person_id=OLD, known_as=NEW))
    for number in (ODD, PLAIN, f"{PLAIN}\u00ad"):
        found = await told.one(number)
        assert (found.id, found.known_as) == (OLD, NEW)
        assert {NEW, OLD} <= {*found.ids}


async def test_who_was_two_keeps_both_and_is_known_to_be_one() -> None:
    twice = people(Part(id="a", person_id=OLD, known_as=NEW), Part(id="b", person_id=NEW))
    assert [(await twice.one(number)).id for number in (ODD, PLAIN)] == [OLD, NEW]
    assert [(await twice.one(number)).ids for number in (ODD, PLAIN)] == [(NEW, OLD), (NEW, OLD)]


async def test_an_id_leads_to_all_others_of_the_person() -> None:
    told = people(Part(id="a", person_id=OLD, known_as=NEW), Part(id="b", person_id="person-z"))
    assert (await told.of(OLD)).ids == (NEW, OLD)
    assert (await told.of("person-z")).ids == ("person-z",)
    assert (await told.of("person-nobody")).ids == ("person-nobody",)


@given(st.lists(st.sampled_from([ODD, PLAIN, "E-1", "E-2", "Ｅ-1"])))
async def test_many_are_found_as_each_would_be(numbers: list[str]) -> None:
    some = people(Part(id="a", person_id=OLD), Part(id="b", person_id=person_id("E-1", KEY)))
    assert await some.many(numbers) == {number: await some.one(number) for number in numbers}
