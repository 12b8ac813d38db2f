"""What a caller may see: of no country nothing, and nobody hears of people who are none of theirs."""

from collections.abc import Iterable

import pytest

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent
from shared.web.access import Caller, Forbidden, known_to
from tests.support.memory import MemoryStore


def caller(*countries: str, role: str = "manager") -> Caller:
    return Caller("me", frozenset({role}), frozenset(countries))


@pytest.mark.parametrize(
    ("who", "countries", "covered"),
    [
        (caller("FR", "GB"), ["FR"], True),
        (caller("FR", "GB"), ["FR", "GB"], True),
        (caller("FR"), ["FR", "GB"], False),
        (caller("FR"), [], False),
        (caller(), [], False),
        (caller(), ["FR"], False),
        (caller("*"), ["FR"], True),
        (caller("*"), [], True),
        (caller("FR"), ["*"], False),
        (caller("*"), ["*"], True),
        (caller("FR", "*", role="participant"), ["FR"], False),
        (caller("*", role="operator"), [], False),
    ],
)
def test_a_manager_covers_the_countries_they_are_given_and_never_none(
    who: Caller, countries: Iterable[str], covered: bool
) -> None:
    assert who.covers(iter(countries)) is covered
    for refuses in (who.must_cover, who.must_manage_them):
        if covered:
            refuses(countries)
        else:
            with pytest.raises(Forbidden):
                refuses(countries)


def test_somebody_elsewhere_and_nobody_are_told_apart_by_no_word() -> None:
    said = []
    for countries in ([], ["DE"], ["FR", "DE"]):
        with pytest.raises(Forbidden) as refused:
            caller("FR").must_manage_them(countries)
        said.append(refused.value.reason)
    assert len(set(map(str, said))) == 1


class Kept(Aggregate):
    collection = "kept"


async def test_what_is_not_there_is_told_to_those_alone_who_manage_everywhere() -> None:
    unit = MemoryStore(Kept(id="a")).unit()
    assert (await known_to(caller(), unit, Kept, "a")).id == "a"
    with pytest.raises(Absent):
        await known_to(caller("*"), unit, Kept, "b")
    for who in (caller(), caller("FR"), caller("*", role="participant")):
        with pytest.raises(Forbidden) as refused:
            await known_to(who, unit, Kept, "b")
        assert refused.value.reason.code == "of-somebody-else"
