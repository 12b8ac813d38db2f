"""A name is told to oneself, to one's partners, and to whoever manages that country: to nobody else."""

from collections.abc import Iterable

import pytest

from services.registration.board.acquainted import names_known
from services.registration.board.card import PairCard
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import PROFILE

BRITISH = PROFILE.model_copy(update={"country": "GB"})
PARTS = {
    who: Participant.registered("spring", who, PROFILE if who != "gb" else BRITISH)
    for who in ("ann", "bob", "cy", "gb")
}
IDS = {who: part.id for who, part in PARTS.items()}
PEOPLE = [Person(id=who, name=f"Name of {who}", email="a@x.example") for who in PARTS]
CARD = PairCard(id="pair", programme_id="spring", mentor_id=IDS["ann"], mentee_id=IDS["bob"])


async def told(reader: Iterable[str], countries: Iterable[str] = (), wanted: Iterable[str] = tuple(IDS)) -> set[str]:
    store = MemoryStore(*PARTS.values(), *PEOPLE, CARD)
    names = await names_known(store, list(reader), lambda country: country in countries, [IDS[who] for who in wanted])
    who = {identity: who for who, identity in IDS.items()}
    assert all(name == f"Name of {who[identity]}" for identity, name in names.items())
    return {who[identity] for identity in names}


@pytest.mark.parametrize(
    ("reader", "countries", "known"),
    [
        (["ann"], [], {"ann", "bob"}),
        (["bob"], [], {"ann", "bob"}),
        (["cy"], [], {"cy"}),
        (["nobody"], [], set()),
        ([], [], set()),
        ([], [PROFILE.country], {"ann", "bob", "cy"}),
        (["cy"], ["GB"], {"cy", "gb"}),
        (["ann"], ["GB"], {"ann", "bob", "gb"}),
    ],
)
async def test_who_is_known_to_whom(reader: list[str], countries: list[str], known: set[str]) -> None:
    assert await told(reader, countries) == known


async def test_only_those_are_told_who_were_asked_for() -> None:
    assert await told(["ann"], wanted=["bob"]) == {"bob"}


async def test_whoever_has_another_number_now_knows_their_partner_too() -> None:
    renamed = Participant.registered("spring", "old", PROFILE).identified("new")
    card = PairCard(id="pair", programme_id="spring", mentor_id=renamed.id, mentee_id=IDS["bob"])
    store = MemoryStore(renamed, PARTS["bob"], *PEOPLE, card)
    assert await names_known(store, ["new"], lambda _: False, [IDS["bob"]]) == {IDS["bob"]: "Name of bob"}
