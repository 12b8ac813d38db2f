"""What operators do about letters: only what was given up goes again, and nothing that is not true or new any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.registration.board.card import AtRisk, PairCard
from services.registration.notices.desk import Part, send_again, which, withdraw
from services.registration.notices.kinds import Kind
from services.registration.notices.leading import of_alarms
from services.registration.notices.letter import IN_HAND, Because, Fate, Letter
from services.registration.programmes.programme import Stage
from shared.domain.errors import Absent, Refused
from shared.language.matching import PairState
from tests.support.letters import MONDAY, contact, junior, letter, spring
from tests.support.memory import MemoryStore

NOW = MONDAY + timedelta(days=1)
GIVEN_UP = replace(letter(Kind.PAIRED).in_hand(MONDAY).given_up(Because.NOT_TAKEN, MONDAY), answer="451")
ENDED = PairCard(id="pair", programme_id="spring", mentor_id="junior", mentee_id="senior", state=PairState.DISSOLVED)


def kept(*things: object) -> MemoryStore:
    return MemoryStore(*junior(), spring(), *things, now=NOW)  # type: ignore[arg-type]


async def again(store: MemoryStore, identity: str = GIVEN_UP.id) -> Letter:
    return await store.run(lambda unit: send_again(unit, identity))


async def test_what_was_given_up_waits_as_if_it_had_never_been_tried() -> None:
    store = kept(GIVEN_UP)
    assert (await again(store)).fate is Fate.WAITING
    [found] = await store.all(Letter, {})
    assert (found.fate, found.because, found.attempts, found.tried_at, found.ended_at) == (
        Fate.WAITING,
        None,
        0,
        None,
        None,
    )
    assert (found.due_at, found.answer) == (NOW, "451")


async def test_of_two_who_press_one_is_told_that_it_waits_already() -> None:
    store = kept(GIVEN_UP)
    await again(store)
    with pytest.raises(Refused, match="letter-not-given-up"):
        await again(store)


async def test_what_is_not_true_any_more_does_not_go_again() -> None:
    with pytest.raises(Refused, match="letter-overtaken"):
        await again(kept(GIVEN_UP, ENDED))


async def test_what_was_given_up_of_a_contact_goes_again_as_long_as_they_are_one_and_it_is_true() -> None:
    told = spring().told_to([contact()])
    [asked] = of_alarms(told, MONDAY).asks
    given_up = asked.in_hand(MONDAY).given_up(Because.NOT_TAKEN, MONDAY)
    in_need = replace(ENDED, state=PairState.ACTIVE, at_risk=AtRisk(since=MONDAY, sessions_lost=2))
    assert (await again(kept(told, in_need, given_up), asked.id)).fate is Fate.WAITING
    for world in (kept(in_need, given_up), kept(told, given_up), kept(replace(told, state=Stage.ENDED), given_up)):
        with pytest.raises(Refused, match="letter-overtaken"):
            await again(world, asked.id)


async def test_what_tells_nothing_new_does_not_go_again() -> None:
    store = kept(GIVEN_UP)
    store.stopped.moment = MONDAY + GIVEN_UP.rule.lasts
    store.stopped.moment += timedelta(seconds=1)
    with pytest.raises(Refused, match="letter-too-late"):
        await again(store)


async def test_what_nobody_knows_is_absent() -> None:
    with pytest.raises(Absent):
        await again(kept(), "nothing")
    with pytest.raises(Absent):
        await kept().run(lambda unit: withdraw(unit, "nothing"))


@pytest.mark.parametrize("one", [letter(Kind.PAIRED), letter(Kind.PAIRED).in_hand(NOW), GIVEN_UP])
async def test_what_waits_or_was_given_up_is_withdrawn_once(one: Letter) -> None:
    store = kept(one)
    found = await store.run(lambda unit: withdraw(unit, one.id))
    assert (found.fate, found.because, found.due_at) == (Fate.WITHDRAWN, Because.OPERATOR, None)
    with pytest.raises(Refused, match="letter-ended"):
        await store.run(lambda unit: withdraw(unit, one.id))


async def test_what_was_sent_is_not_withdrawn() -> None:
    sent = letter(Kind.PAIRED).sent(NOW)
    with pytest.raises(Refused, match="letter-ended"):
        await kept(sent).run(lambda unit: withdraw(unit, sent.id))


async def test_reminders_of_next_month_do_not_wait_and_what_is_in_a_hand_does() -> None:
    late, held = letter(Kind.PAIRED), letter(Kind.RECEIVED).in_hand(NOW)
    store = kept(late, held, letter(Kind.PULSE, NOW + timedelta(days=30)), replace(GIVEN_UP, id="given-up"))
    assert held.due_at == NOW + IN_HAND
    assert set(await store.ids(Letter, which(Part.WAITING, NOW))) == {late.id, held.id}
    assert await store.ids(Letter, which(Part.GIVEN_UP, NOW)) == ["given-up"]
