"""Whoever takes something long by turns lets others have theirs."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable

import pytest

from shared.domain.pieces import A_MOMENT, by_turns
from tests.support.turns import turns_of_others


async def _come_in() -> AsyncIterator[int]:
    for number in range(5 * A_MOMENT):
        yield number


@pytest.mark.parametrize("items", [range(5 * A_MOMENT), _come_in()], ids=["are there", "come in"])
async def test_others_have_their_turn_in_between(items: Iterable[int] | AsyncIterable[int]) -> None:
    async with turns_of_others() as turns:
        taken = [item async for item in by_turns(items)]
    assert taken == list(range(5 * A_MOMENT))
    assert turns() >= 5


async def test_what_is_short_costs_no_turn() -> None:
    async with turns_of_others() as turns:
        assert [item async for item in by_turns([1, 2])] == [1, 2]
    assert turns() == 0
