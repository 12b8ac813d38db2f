"""What a round may be asked for: by an id of its own, not for ever, and of people who take part."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from services.matching.members.programme import Programme
from services.matching.rounds import requesting
from services.matching.rounds.choices import Changes, Choices
from services.matching.rounds.requesting import ask
from services.matching.rounds.round import Round
from shared.domain.errors import Refused
from shared.domain.pieces import chunks
from shared.domain.work import Unit
from shared.language.terms import Role
from tests.support.memory import MemoryStore
from tests.unit.matching.people import member, terms

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PROGRAMME = Programme(id="p", terms=terms())
ROUND = Round(id="before", programme_id="p", requested_at=NOW)


PEOPLE = (member("m", Role.MENTOR), member("n", Role.MENTEE), member("other", Role.MENTEE, programme_id="q"))


async def asked(store: MemoryStore, round_id: str = "r", before: Choices | None = None, **changes: Any) -> str:
    """The code it is refused with, empty where it is not."""

    async def work(unit: Unit) -> Round:
        return await ask(unit, PROGRAMME, round_id, Changes(**changes), before or Choices())

    try:
        await store.run(work)
    except Refused as refused:
        return refused.reason.code
    return ""


def kept(store: MemoryStore) -> set[str]:
    return set(store.documents(Round))


async def test_asking_twice_is_one_round_and_one_request() -> None:
    store = MemoryStore(PROGRAMME, *PEOPLE)
    assert (await asked(store), await asked(store)) == ("", "")
    assert (kept(store), [type(event).__name__ for event in store.said]) == ({"r"}, ["MatchingRequested"])


async def test_a_trial_is_told_to_nobody_and_is_ready_at_once() -> None:
    store = MemoryStore(PROGRAMME, *PEOPLE)
    assert await asked(store, what_if=True) == ""
    trial = await store.unit().get(Round, "r")
    assert (trial.due_at is not None, store.said) == (True, [])


async def test_an_id_of_another_programme_is_taken() -> None:
    store = MemoryStore(PROGRAMME, replace(ROUND, programme_id="q"))
    assert await asked(store, "before") == "round-of-another-programme"


@pytest.mark.parametrize(("rounds", "code"), [(999, ""), (1000, "too-many-rounds")])
async def test_a_programme_has_a_thousand_rounds_at_most(rounds: int, code: str) -> None:
    """One that is known may be asked for again all the same."""
    store = MemoryStore(PROGRAMME, *(replace(ROUND, id=f"r{number}") for number in range(rounds)))
    assert await asked(store, "r0") == ""
    assert await asked(store, "new") == code
    assert ("new" in kept(store)) is not bool(code)


@pytest.mark.parametrize("stranger", ["other", "nobody"])
async def test_only_people_of_the_programme_stand_in_a_choice(stranger: str) -> None:
    store = MemoryStore(PROGRAMME, *PEOPLE)
    assert await asked(store, forbid=(("m", stranger),)) == "apart-takes-no-part"
    assert await asked(store, allow=(("m", stranger),)) == "freed-takes-no-part"
    assert await asked(store, unlock=(("m", stranger),)) == "freed-takes-no-part"
    assert kept(store) == set()


async def test_whoever_stands_in_a_choice_may_always_be_let_go() -> None:
    store, nobody = MemoryStore(PROGRAMME, *PEOPLE), (("m", "nobody"),)
    assert await asked(store, "one", Choices(forbidden=nobody), allow=nobody) == ""
    assert await asked(store, "other", Choices(locked=nobody), unlock=nobody) == ""


async def test_nobody_is_put_together_and_kept_apart_at_once() -> None:
    two = (("m", "n"),)
    assert await asked(MemoryStore(PROGRAMME, *PEOPLE), lock=two, forbid=two) == "together-and-apart"


async def test_places_are_counted_over_all_however_few_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requesting, "chunks", partial(chunks, size=1))
    store = MemoryStore(PROGRAMME, *PEOPLE, member("o", Role.MENTEE))
    assert await asked(store, "one", lock=(("m", "n"),)) == ""
    assert await asked(store, "two", lock=(("m", "n"), ("m", "o"))) == "together-without-place"


async def test_what_was_locked_before_stays_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requesting, "chunks", partial(chunks, size=2))
    couples = tuple((f"mentor-{number}", f"mentee-{number}") for number in range(5))
    people = [member(who, role) for two in couples for who, role in zip(two, (Role.MENTOR, Role.MENTEE), strict=True)]
    store = MemoryStore(PROGRAMME, *people)
    assert await asked(store, "r", Choices(locked=couples[:3]), lock=couples[3:]) == ""
    assert (await store.unit().get(Round, "r")).choices.locked == couples


@pytest.mark.parametrize(("couples", "code"), [(5000, ""), (5001, "too-many-couples")])
def test_five_thousand_couples_are_chosen_at_most(couples: int, code: str) -> None:
    forbid = tuple((f"m{number}", "n") for number in range(couples))
    if code:
        with pytest.raises(Refused) as refused:
            Changes(forbid=forbid).of(Choices(), terms())
        assert refused.value.reason.code == code
    else:
        assert len(Changes(forbid=forbid).of(Choices(), terms()).forbidden) == couples
