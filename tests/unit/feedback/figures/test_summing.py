"""What is counted of a programme is what is stored of it."""

from dataclasses import replace

from services.feedback.figures.summing import summary_now
from services.feedback.momentum.momentum import Momentum
from services.feedback.pulse.pulse import Answer, Pulse
from shared.language.matching import PairState
from shared.language.sessions import Outcome
from shared.language.terms import Role
from tests.support.memory import MemoryStore
from tests.unit.feedback.examples import after, dissolved, held, missed, scheduled


def pair(identity: str, momentum: Momentum, programme: str = "p") -> Momentum:
    return replace(momentum, id=identity, programme_id=programme, raised=())


def pulse(number: int, person: str, feeling: int, useful: int, programme: str = "p") -> Pulse:
    return Pulse(
        id=f"s{number}.{person}",
        programme_id=programme,
        pair_id="pair",
        session_id=f"s{number}",
        participant_id=person,
        role=Role.MENTOR,
        answer=Answer(feeling=feeling, useful=useful),
    )


async def test_pairs_sessions_and_answers_of_one_programme_are_counted() -> None:
    alarmed, saved = after(missed(1), missed(2)), after(missed(1), missed(2), held(3), scheduled(4))
    store = MemoryStore(
        pair("alarmed", alarmed),
        pair("saved", saved),
        pair("calm", after(held(1))),
        pair("parted", alarmed.ended(dissolved())),
        pair("parted-after-all", saved.ended(dissolved())),
        pair("elsewhere", saved, programme="q"),
        *(pulse(1, f"person-{n}", feeling=5, useful=2) for n in range(5)),
        pulse(2, "person-0", feeling=3, useful=3),
        pulse(1, "person-9", feeling=1, useful=1, programme="q"),
    )
    summary = await summary_now(store, "p")
    assert summary.pairs == {PairState.ACTIVE: 3, PairState.COMPLETED: 0, PairState.DISSOLVED: 2}
    assert summary.sessions == {
        Outcome.SCHEDULED: 2,
        Outcome.HELD: 3,
        Outcome.CANCELLED: 0,
        Outcome.MISSED: 8,
    }
    assert (summary.at_risk, summary.recovered, summary.saved) == (1, 2, 1)
    assert summary.pulses.model_dump() == {"answered": 6, "possible": 6, "people": 5, "feeling": 4.7, "useful": 2.2}


async def test_of_a_programme_without_pairs_there_is_nothing_to_count() -> None:
    summary = await summary_now(MemoryStore(), "p")
    assert (sum(summary.pairs.values()), sum(summary.sessions.values()), summary.pulses.possible) == (0, 0, 0)
