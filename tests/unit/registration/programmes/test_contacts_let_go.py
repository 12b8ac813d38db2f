"""A programme keeps its contacts for no longer than anything may be told of it."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from services.registration.notices.leading import is_told_of
from services.registration.programmes import tidying
from services.registration.programmes.programme import CONTACTS_STAY, Programme, Stage
from services.registration.programmes.tidying import TOGETHER, Tidier
from shared.domain.errors import Refused
from tests.support.letters import contact, spring
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import NOW, TERMS, programme

LAST = datetime.combine(TERMS.ends_on, datetime.min.time(), UTC)
LONG_OVER = LAST + CONTACTS_STAY + timedelta(days=1)
LED = spring().told_to([contact()])


async def kept(store: MemoryStore) -> int:
    return sum(len(each.contacts) for each in await store.all(Programme, {}))


async def test_who_ends_it_lets_them_go() -> None:
    assert LED.ended().contacts == ()
    assert not is_told_of(LED.ended(), NOW)


@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.OPEN, Stage.CLOSED])
async def test_they_go_a_month_after_the_last_day_of_one_that_nobody_ends(state: Stage) -> None:
    store = MemoryStore(programme(state).told_to([contact()]), now=LONG_OVER - timedelta(seconds=1))
    assert (await Tidier(store).tidy(), await kept(store)) == (0, 1)
    assert not is_told_of(programme(state), store.stopped.moment)
    store.stopped.moment = LONG_OVER
    assert (await Tidier(store).tidy(), await kept(store)) == (1, 0)
    assert await Tidier(store).tidy() == 0


async def test_whose_last_day_was_moved_keeps_them() -> None:
    moved = LED.with_terms(TERMS.model_copy(update={"ends_on": date(2026, 12, 31)}), LAST + timedelta(days=20))
    store = MemoryStore(moved, now=LONG_OVER)
    assert (await Tidier(store).tidy(), await kept(store)) == (0, 1)


def test_of_one_that_is_over_nobody_is_told_again() -> None:
    with pytest.raises(Refused, match="programme-has-ended"):
        programme(Stage.ENDED).telling([contact()], NOW)
    with pytest.raises(Refused, match="last-day-has-passed"):
        LED.telling([contact()], LONG_OVER)
    assert LED.telling([contact(language="fr")], LONG_OVER - timedelta(days=1)).contacts == (contact(language="fr"),)


@pytest.mark.parametrize(("found", "pauses"), [(TOGETHER, []), (TOGETHER - 1, [tidying.EVERY])])
async def test_it_rests_once_all_are_gone(found: int, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    many = [Programme(id=f"p{n}", terms=TERMS, contacts=(contact(),), state=Stage.OPEN) for n in range(found)]
    store = MemoryStore(*many, now=LONG_OVER)
    monkeypatch.setattr(asyncio, "sleep", rest)
    await Tidier(store).step()
    assert (rested, await kept(store)) == (pauses, 0)
