"""Letters to the contacts of a programme, from the fact to their mailbox."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registration import handlers
from services.registration.board.card import AtRisk, Meeting, PairCard
from services.registration.notices.letter import Because, Fate
from shared.domain.aggregate import Aggregate
from shared.language.feedback import PairAtRisk, PairRecovered, Risk
from shared.language.sessions import Outcome
from tests.support.letters import contact, spring
from tests.support.memory import hear
from tests.support.smtp import mail_server
from tests.unit.registration.mail.test_postman import World

SUNDAY = datetime(2026, 5, 3, 12, tzinfo=UTC)
NINE_IN_PARIS = datetime(2026, 5, 4, 7, tzinfo=UTC)
AT_RISK = PairAtRisk(programme_id="spring", pair_id="pair", because=Risk.SESSIONS_LOST, sessions_lost=2)


Where = Callable[..., World]


@pytest.fixture
async def where() -> AsyncIterator[Where]:
    """A programme with a contact, and what else is said, on the Sunday before."""
    async with mail_server() as server:

        def made(*more: Aggregate, **facts: Any) -> World:
            world = World(server, spring().told_to([contact(**facts)]), *more)
            world.store.stopped.moment = SUNDAY
            return world

        yield made


def met(number: int, days: int, outcome: Outcome) -> Meeting:
    starts_at = NINE_IN_PARIS + timedelta(days=days)
    return Meeting(session_id=f"s{number}", number=number, starts_at=starts_at, outcome=outcome)


def card(**facts: Any) -> PairCard:
    return PairCard(id="pair", programme_id="spring", mentor_id="junior", mentee_id="senior", **facts)


def subjects(world: World) -> list[str]:
    return [str(each["Subject"]) for each in world.server.letters]


async def test_the_week_in_figures_comes_on_monday_at_work_once_and_again_a_week_later(where: Where) -> None:
    outcomes = (Outcome.HELD, Outcome.HELD, Outcome.MISSED, Outcome.CANCELLED, Outcome.SCHEDULED)
    meetings = tuple(met(*each) for each in zip(range(5), (-14, -6, -3, -2, 2), outcomes, strict=True))
    world = where(card(meetings=meetings, at_risk=AtRisk(since=SUNDAY, sessions_lost=2)))
    for moment in (SUNDAY, NINE_IN_PARIS - timedelta(minutes=1)):
        await world.at(moment)
        assert subjects(world) == []
    await world.at(NINE_IN_PARIS)
    await world.another().post()
    await world.at(NINE_IN_PARIS + timedelta(hours=1))
    assert subjects(world) == ["Spring programme: the week in five figures"]
    [(address, message)] = world.server.taken
    assert address == "lead@x.example"
    for figure in (
        "2 people take part",
        "One pair works together",
        "One session was held",
        "2 sessions were cancelled or missed",
        "One pair needs help",
        "from Mon 27 Apr to Sun 3 May",
    ):
        assert figure in " ".join(str(message).split()).replace("=20", "").replace("= ", "")
    await world.at(NINE_IN_PARIS + timedelta(days=6))
    await world.at(NINE_IN_PARIS + timedelta(days=7))
    assert len(subjects(world)) == 2


async def test_figures_that_come_too_late_are_no_news(where: Where) -> None:
    world = where()
    for seconds in (0, 20):
        await world.at(NINE_IN_PARIS + timedelta(days=2, seconds=seconds))
    [(fate, because)] = (await world.fates()).values()
    assert (fate, because) == (Fate.SPARED, Because.TOO_LATE)


async def test_an_alarm_is_told_plainly_the_next_morning_as_long_as_it_is_one(where: Where) -> None:
    world = where(card(), weekly=False)
    await hear(world.store, handlers, AT_RISK)
    await world.at(NINE_IN_PARIS)
    assert "Spring programme: one pair needs help" in subjects(world)
    await world.at(NINE_IN_PARIS + timedelta(hours=2))
    await hear(world.store, handlers, AT_RISK)
    await hear(world.store, handlers, PairRecovered(programme_id="spring", pair_id="pair"))
    await world.at(NINE_IN_PARIS + timedelta(days=1))
    assert sum("needs help" in each for each in subjects(world)) == 1


async def test_who_is_no_contact_any_more_is_told_nothing(where: Where) -> None:
    world = where()
    await world.at(SUNDAY)
    await world.keep(spring())
    await world.at(NINE_IN_PARIS)
    assert world.server.taken == []
    assert [fate for fate, _ in (await world.fates()).values()] == [Fate.WITHDRAWN]


async def test_who_asks_for_no_figures_while_they_wait_gets_none(where: Where) -> None:
    world = where()
    await world.at(SUNDAY)
    await world.keep(spring().told_to([contact(weekly=False)]))
    await world.at(NINE_IN_PARIS)
    assert [because for _, because in (await world.fates()).values()] == [Because.UNWANTED]
