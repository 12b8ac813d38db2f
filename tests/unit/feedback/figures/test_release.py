"""Whoever reads all figures, after every answer, never learns what fewer than five people have said."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.feedback.figures.counting import counted
from services.feedback.figures.release import FEWEST, Release
from services.feedback.figures.renewing import renew
from services.feedback.figures.summary import Pulses
from services.feedback.figures.summing import summary_now
from services.feedback.pulse.pulse import Answer, Pulse
from shared.domain.work import Unit
from shared.language.terms import Role
from tests.support.memory import MemoryStore


def pulse(number: int, person: str, feeling: int, useful: int) -> Pulse:
    return Pulse(
        id=f"s{number}.mentor",
        programme_id="p",
        pair_id="pair",
        session_id=f"s{number}",
        participant_id=person,
        role=Role.MENTOR,
        answer=Answer(feeling=feeling, useful=useful),
    )


@dataclass(frozen=True)
class Seen:
    """What was read at one moment, and of which answers it is."""

    figures: Pulses
    of: frozenset[str]


async def look(store: MemoryStore) -> Seen:
    figures = (await summary_now(store, "p")).pulses
    of = await store.all(Pulse, {"programme_id": "p", "published": True})
    return Seen(figures, frozenset(each.id for each in of))


async def played(answers: Sequence[tuple[int, int, int]], erased: Sequence[int] = ()) -> tuple[MemoryStore, list[Seen]]:
    """Somebody looks after every answer; after some, whoever gave it is erased and, as erased people do, stays away."""
    store, seen, gone = MemoryStore(), list[Seen](), set[int]()
    for number, (person, feeling, useful) in enumerate(answers):
        if person in gone:
            continue
        await keep(store, pulse(number, f"person-{person}", feeling, useful))
        seen.append(await look(store))
        if number in erased:
            await erase(store, f"person-{person}")
            gone.add(person)
            seen.append(await look(store))
    return store, seen


async def keep(store: MemoryStore, said: Pulse) -> None:
    async def work(unit: Unit) -> None:
        unit.save(said)

    await store.run(work)


async def erase(store: MemoryStore, person: str) -> None:
    async def work(unit: Unit) -> None:
        for found in await store.all(Pulse, {"participant_id": person}):
            unit.save((await unit.get(Pulse, found.id)).anonymous(f"erased-{person}"))

    await store.run(work)


people, ratings = st.integers(0, 11), st.integers(1, 5)


@given(
    answers=st.lists(st.tuples(people, ratings, ratings), max_size=40), erased=st.sets(st.integers(0, 39), max_size=5)
)
async def test_no_two_figures_differ_by_fewer_than_five_people_or_by_people_who_said_the_same(
    answers: list[tuple[int, int, int]], erased: set[int]
) -> None:
    _, seen = await played(answers, sorted(erased))
    moments = [Seen(Pulses(possible=0), frozenset()), *(each for each in seen if each.of)]
    for before, after in combinations(moments, 2):
        assert before.of <= after.of
        told = [answers[int(each[1:].partition(".")[0])] for each in after.of - before.of]
        if told:
            assert len({person for person, _, _ in told}) >= FEWEST
            assert all(len({answer[nth] for answer in told}) > 1 for nth in (1, 2))
        else:
            assert after.figures == before.figures or not before.of


@given(answers=st.lists(st.tuples(people, ratings, ratings), max_size=40))
async def test_figures_are_those_of_what_is_published_and_counts_go_with_means(
    answers: list[tuple[int, int, int]],
) -> None:
    store, seen = await played(answers)
    for each in seen:
        of = [answers[int(name[1:].partition(".")[0])] for name in each.of]
        if of:
            assert (each.figures.answered, each.figures.people) == (len(of), len({who for who, _, _ in of}))
            assert each.figures.feeling == round(sum(feeling for _, feeling, _ in of) / len(of), 1)
            assert each.figures.useful == round(sum(useful for _, _, useful in of) / len(of), 1)
        else:
            assert each.figures.feeling == each.figures.useful == "too few"
    event = counted("eu", await summary_now(store, "p"))
    last = seen[-1].figures if seen else Pulses(possible=0)
    means = [None if mean == "too few" else mean for mean in (last.feeling, last.useful)]
    assert (event.answered, event.feeling, event.useful) == (last.answered, *means)


FIVE = [(person, 1 + person, 5 - person) for person in range(5)]


async def test_the_sixth_answer_is_not_seen_before_the_tenth() -> None:
    """Subtraction: 5 people's mean and 6 people's tell what the sixth said."""
    _, seen = await played([*FIVE, (5, 1, 1), (6, 2, 1), (7, 1, 1), (8, 1, 2), (9, 1, 1)])
    assert [each.figures.answered for each in seen] == [1, 2, 3, 4, 5, 5, 5, 5, 5, 10]
    assert [each.figures.feeling for each in seen[3:]] == ["too few", 3.0, 3.0, 3.0, 3.0, 3.0, 2.1]


async def test_one_person_who_answers_often_is_one() -> None:
    _, seen = await played([*FIVE, *((5, 1 + n % 5, 1 + n % 4) for n in range(20))])
    assert seen[-1].figures == seen[4].figures


async def test_people_who_all_say_the_same_are_not_shown_nor_added() -> None:
    store, seen = await played([(person, 5, 1 + person % 3) for person in range(9)])
    assert seen[-1].figures.feeling == seen[-1].figures.useful == "too few"
    _, seen = await played([*FIVE, *((5 + person, 1, 1 + person) for person in range(5))])
    assert seen[-1].figures == seen[4].figures
    assert await store.all(Release, {}) == []


async def test_somebody_who_is_erased_changes_no_figure() -> None:
    store, seen = await played([*FIVE, *FIVE], erased=[7, 9])
    assert len({each.figures.model_dump_json() for each in seen if each.figures.answered == 10}) == 1
    assert [each.participant_id for each in await store.all(Pulse, {"participant_id": "person-2"})] == []


async def test_looking_seldom_or_by_several_is_the_same_release() -> None:
    """What is published is stored: replicas agree, and nobody publishes it twice."""
    store, _ = await played([*FIVE, *FIVE])
    releases = [await renew(store, "p") for _ in range(3)]
    assert releases == [releases[0]] * 3
    assert releases[0] is not None
    assert sum(releases[0].answers.values()) == 10
    assert Counter(releases[0].answers) == Counter((f, u) for _, f, u in FIVE * 2)


async def test_answers_of_an_earlier_version_are_published_together() -> None:
    """They were stored without a word of releases."""
    store = MemoryStore(*(pulse(n, f"person-{n % 7}", 1 + n % 5, 1 + n % 3) for n in range(1200)))
    assert (await summary_now(store, "p")).pulses.answered == 1200
    assert (await summary_now(store, "p")).pulses.people == 7
