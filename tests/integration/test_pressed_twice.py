"""A form of what stands in no unit of work is acted upon once, with the real database between two clicks."""

from shared.store.store import Store
from tests.support.pressing import (
    acts_again_after_a_refusal,
    acts_once_for_clicks_of_one_moment,
    acts_once_for_two_clicks,
)


async def test_two_clicks_act_once(store: Store) -> None:
    await acts_once_for_two_clicks(store)


async def test_clicks_of_one_moment_act_once(store: Store) -> None:
    await acts_once_for_clicks_of_one_moment(store)


async def test_what_was_refused_can_be_sent_again(store: Store) -> None:
    await acts_again_after_a_refusal(store)
