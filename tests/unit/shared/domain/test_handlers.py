"""Both forms of a handler, and what each is given."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import ClassVar

import pytest

from shared.domain.aggregate import Aggregate
from shared.domain.errors import NotYet
from shared.domain.handlers import Due, Hears, due, heard, hears, when_due
from shared.domain.work import Unit
from shared.language.feedback import PairAtRisk, PairRecovered, Risk
from shared.language.streams import Event
from tests.support.memory import MemoryStore

AT_RISK = PairAtRisk(programme_id="prog", pair_id="a", because=Risk.SESSIONS_LOST, sessions_lost=2)
RECOVERED = PairRecovered(programme_id="prog", pair_id="a")


@dataclass(frozen=True, kw_only=True)
class Count(Aggregate):
    collection: ClassVar[str] = "counts"

    times: int = 0


@dataclass(frozen=True, kw_only=True)
class Rule(Aggregate):
    collection: ClassVar[str] = "rules"

    step: int = 1


async def handled(store: MemoryStore, handler: Hears, event: Event) -> None:
    """In a unit of its own."""
    await store.run(partial(handler.handle, event))


@hears(PairAtRisk, PairRecovered, changes=Count, found_by="pair_id", starts=lambda event: Count(id=event.pair_id))
def counted(count: Count, _: PairAtRisk | PairRecovered) -> Count:
    return replace(count, times=count.times + 1)


@hears(PairAtRisk, changes=Count, found_by="pair_id", needs={"programme_id": Rule})
def stepped(count: Count, _: PairAtRisk, rule: Rule) -> Count:
    return replace(count, times=count.times + rule.step).raising(RECOVERED)


@hears(PairRecovered, needs={"programme_id": Rule})
async def freely(event: PairRecovered, unit: Unit) -> None:
    rule = await unit.need(Rule, event.programme_id)
    unit.save(replace(rule, step=rule.step + 1))


@hears(PairRecovered, changes=Count, found_by="pair_id")
async def with_the_unit(event: PairRecovered, unit: Unit) -> None:
    unit.save(Count(id=event.pair_id, times=99))


@when_due(Count)
async def expired(count: Count, now: datetime, unit: Unit) -> None:
    unit.save(replace(count, due_at=None))


async def test_the_pure_form_gets_the_state_and_gives_the_next() -> None:
    store = MemoryStore(Count(id="a", times=4))
    await handled(store, counted, RECOVERED)
    assert (await store.unit().get(Count, "a")).times == 5


async def test_the_first_state_is_made_where_none_is_stored() -> None:
    store = MemoryStore()
    await handled(store, counted, AT_RISK)
    assert (await store.unit().get(Count, "a")).times == 1


async def test_without_a_first_state_the_event_waits() -> None:
    store = MemoryStore(Rule(id="prog"))
    with pytest.raises(NotYet, match="Count a"):
        await handled(store, stepped, AT_RISK)


async def test_what_is_needed_is_handed_over() -> None:
    store = MemoryStore(Count(id="a"), Rule(id="prog", step=7))
    await handled(store, stepped, AT_RISK)
    assert (await store.unit().get(Count, "a")).times == 7
    assert store.said == [RECOVERED]


async def test_without_what_it_needs_nothing_is_called() -> None:
    store = MemoryStore(Count(id="a"))
    for handler, event in ((stepped, AT_RISK), (freely, RECOVERED)):
        with pytest.raises(NotYet, match="Rule prog"):
            await handled(store, handler, event)
    assert (await store.unit().get(Count, "a")).times == 0


async def test_the_other_form_gets_the_unit() -> None:
    store = MemoryStore(Rule(id="prog"))
    await handled(store, freely, RECOVERED)
    assert (await store.unit().get(Rule, "prog")).step == 2


async def test_a_coroutine_may_name_what_it_changes() -> None:
    store = MemoryStore()
    await handled(store, with_the_unit, RECOVERED)
    assert (await store.unit().get(Count, "a")).times == 99


def test_everything_a_handler_reads_can_be_fetched_beforehand() -> None:
    both: list[tuple[type[Aggregate], str]] = [(Rule, "prog"), (Count, "a")]
    assert stepped.wants(AT_RISK) == both
    rule: list[tuple[type[Aggregate], str]] = [(Rule, "prog")]
    assert freely.wants(RECOVERED) == rule
    own: list[tuple[type[Aggregate], str]] = [(Count, "a")]
    assert with_the_unit.wants(RECOVERED) == own
    more: list[tuple[type[Aggregate], str]] = [(Rule, "prog")]
    assert replace(with_the_unit, foresees=lambda event: [(Rule, event.programme_id)]).wants(RECOVERED) == own + more


def test_a_module_tells_its_handlers_in_order() -> None:
    module = ModuleType("handlers")
    vars(module).update(first=stepped, other=3, second=counted, third=expired)
    assert heard(module) == [stepped, counted]
    assert due(module) == [expired]
    assert isinstance(counted, Hears)
    assert isinstance(expired, Due)
    assert expired.kind is Count
