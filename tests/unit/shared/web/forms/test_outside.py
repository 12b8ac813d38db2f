"""What stands in no unit of work is done once for a form, too, and can be asked for again when it has failed."""

import asyncio

import pytest

from tests.support.memory import MemoryStore
from tests.support.pressing import (
    Button,
    acts_again_after_a_refusal,
    acts_once_for_clicks_of_one_moment,
    acts_once_for_two_clicks,
    press,
    pressed,
)


async def test_whoever_presses_again_while_it_is_being_done_is_told_so() -> None:
    await acts_once_for_two_clicks()


async def test_of_many_clicks_of_one_moment_one_acts() -> None:
    await acts_once_for_clicks_of_one_moment()


async def test_what_was_refused_can_be_sent_again_as_it_stands() -> None:
    await acts_again_after_a_refusal()


async def test_what_has_failed_can_be_sent_again_as_it_stands() -> None:
    button, store = Button(), MemoryStore()
    button.may_end.set()
    button.fails = RuntimeError("away")
    async with pressed(button, store) as browser:
        with pytest.raises(RuntimeError, match="away"):
            await press(browser)
        button.fails = None
        assert (await press(browser)).status_code == 303


async def test_who_goes_away_in_the_middle_leaves_it_to_be_sent_again() -> None:
    button, store = Button(), MemoryStore()
    async with pressed(button, store) as browser:
        left = asyncio.ensure_future(press(browser))
        await asyncio.wait_for(button.begun.wait(), 10)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        button.may_end.set()
        assert ((await press(browser)).status_code, button.done) == (303, 1)


async def test_another_showing_of_the_form_acts_beside_it() -> None:
    button = Button()
    button.may_end.set()
    async with pressed(button) as browser:
        await press(browser)
        await press(browser, "y")
    assert button.done == 2
