"""A database that was restored: what may have gone is not sent again."""

from dataclasses import replace
from datetime import timedelta

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.notices.recovering import spare_what_may_have_gone
from tests.support.letters import MONDAY
from tests.support.memory import MemoryStore
from tests.unit.registration.notices.test_timing import letter


async def test_what_was_to_go_before_is_spared_and_what_is_still_to_go_goes() -> None:
    due, ahead = letter(Kind.PAIRED), letter(Kind.TOMORROW, MONDAY + timedelta(hours=1))
    store = MemoryStore(due, _called(ahead, "ahead"), _called(due.sent(MONDAY), "sent"), now=MONDAY)

    await spare_what_may_have_gone(store)
    await spare_what_may_have_gone(store)

    fates = {each.id: (each.fate, each.because) for each in await store.all(Letter, {})}
    assert fates == {
        "letter": (Fate.SPARED, Because.MAYBE_SENT),
        "ahead": (Fate.WAITING, None),
        "sent": (Fate.SENT, None),
    }


async def test_one_that_cannot_be_read_stays_as_it_is_and_the_others_are_spared() -> None:
    store = MemoryStore(_called(letter(Kind.PAIRED), "spoilt"), letter(Kind.PAIRED), now=MONDAY)
    store.shelves.documents[Letter]["spoilt"]["kind"] = "of-tomorrow"
    await spare_what_may_have_gone(store)
    assert {each: kept["fate"] for each, kept in store.documents(Letter).items()} == {
        "spoilt": Fate.WAITING,
        "letter": Fate.SPARED,
    }


def _called(one: Letter, identity: str) -> Letter:
    return replace(one, id=identity)
