"""Which programmes somebody manages: all of them, or a part; and that nobody sees one they manage nothing of."""

from datetime import date
from typing import Any

import pytest

from shared.domain.errors import Absent
from shared.domain.programme import AnyProgramme
from shared.language.terms import Terms
from shared.web.access import Caller, Forbidden
from shared.web.lists import managed
from shared.web.lists.managed import Managing, managed_by, partly_managed_by
from tests.support.memory import MemoryStore


def programme(identity: str, month: int, *countries: str) -> AnyProgramme:
    terms = Terms(
        title="Digital voices",
        countries=countries,
        languages=("en",),
        topics=("social-media",),
        starts_on=date(2026, month, 1),
        ends_on=date(2026, 8, 30),
    )
    return AnyProgramme(id=identity, terms=terms)


STORE = MemoryStore(
    programme("early", 2, "FR"),
    programme("late", 4, "FR"),
    programme("beside", 4, "FR", "RO"),
    programme("elsewhere", 5, "RO"),
)


def of(*countries: str, role: str = "manager") -> Caller:
    return Caller(None, frozenset({role}), frozenset(countries))


@pytest.mark.parametrize(
    ("caller", "whole", "partly"),
    [
        (of("FR"), ["late", "early"], ["beside", "late", "early"]),
        (of("*"), ["elsewhere", "beside", "late", "early"], ["elsewhere", "beside", "late", "early"]),
        (of("GB"), [], []),
        (of(), [], []),
    ],
    ids=["one country", "every", "another", "none"],
)
async def test_they_are_listed_from_the_one_that_starts_last(
    caller: Caller, whole: list[str], partly: list[str]
) -> None:
    assert [each.id for each in await managed_by(caller, STORE, AnyProgramme)] == whole
    assert [each.id for each in await partly_managed_by(caller, STORE, AnyProgramme)] == partly


async def test_what_one_manages_a_part_of_takes_no_place_of_what_one_manages(monkeypatch: Any) -> None:
    monkeypatch.setattr(managed, "MOST_PROGRAMMES", 1)
    assert [each.id for each in await managed_by(of("FR"), STORE, AnyProgramme)] == ["late"]
    assert [each.id for each in await partly_managed_by(of("FR"), STORE, AnyProgramme)] == ["beside"]


async def test_a_part_is_enough_to_look_and_all_of_it_to_decide() -> None:
    seen = await Managing.partly(of("FR"), STORE.unit(), AnyProgramme, "beside")
    assert (seen.programme.id, seen.countries, seen.decides) == ("beside", ["FR"], False)
    assert (await Managing.whole(of("FR"), STORE.unit(), AnyProgramme, "late")).decides
    for look, which in ((Managing.whole, "beside"), (Managing.whole, "elsewhere"), (Managing.partly, "elsewhere")):
        with pytest.raises(Forbidden):
            await look(of("FR"), STORE.unit(), AnyProgramme, which)
    with pytest.raises(Absent):
        await Managing.partly(of("*"), STORE.unit(), AnyProgramme, "nowhere")
