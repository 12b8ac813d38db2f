"""A manager says no to one proposal: once, and not beside a round that is being approved."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.matching.markets.outcome import LeftOver
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds import deciding
from services.matching.rounds.report import Place
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.domain.errors import Refused
from shared.domain.work import Unit
from tests.support.memory import MemoryStore
from tests.unit.matching.people import pair

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PROPOSED = Round(id="round", programme_id="p", requested_at=NOW, state=RoundState.PROPOSED, attempts=1)
PAIR = pair(round_id="round", mentor_id="junior", mentee_id="senior")


async def refuse(unit: Unit) -> Pair:
    return await deciding.refuse(unit, await unit.get(Pair, "pair"))


async def test_a_refused_proposal_is_dropped_and_its_round_can_tell_both_why() -> None:
    store = MemoryStore(PROPOSED, PAIR)
    await store.run(refuse)

    pair = await store.unit().get(Pair, "pair")
    assert (pair.state, pair.not_made) == (PairState.DROPPED, NotMade.REFUSED)
    because = LeftOver(because=(reasons.NOT_CHOSEN,))
    told = {place.participant_id: place.left_over for place in await store.all(Place, {})}
    assert told == {"junior": because, "senior": because}


@pytest.mark.parametrize("state", [RoundState.COMPLETED, RoundState.SUPERSEDED, RoundState.CANCELLED])
async def test_a_round_that_ends_meanwhile_has_told_everybody_and_the_refusal_comes_too_late(state: RoundState) -> None:
    """It would leave two people over whom nobody tells why."""
    store = MemoryStore(PROPOSED, PAIR)
    tries = 0

    async def overtaken(unit: Unit) -> Pair:
        nonlocal tries
        tries += 1
        refused = await refuse(unit)
        if tries == 1:
            await store.run(ended)
        return refused

    async def ended(unit: Unit) -> None:
        unit.save(replace(await unit.get(Round, "round"), state=state))

    with pytest.raises(Refused) as too_late:
        await store.run(overtaken)
    assert (too_late.value.reason.code, tries) == ("round-does-not-stand", 2)
    assert (await store.unit().get(Pair, "pair")).state is PairState.PROPOSED
    assert await store.all(Place, {}) == []


async def test_a_second_refusal_is_the_first_ones_answer_that_got_lost() -> None:
    store = MemoryStore(PROPOSED, PAIR)
    assert await store.run(refuse) == await store.run(refuse)


async def test_what_is_a_pair_already_is_no_proposal() -> None:
    store = MemoryStore(PROPOSED, replace(PAIR, state=PairState.FORMED))
    with pytest.raises(Refused) as refused:
        await store.run(refuse)
    assert refused.value.reason.code == "pair-not-proposed"
