"""What a programme is short of: what one more mentor would be worth, and which mentors would help the most people."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.market import Whole
from services.matching.explaining import wanting
from services.matching.explaining.leftover import unpaired
from services.matching.markets.outcome import Price, Scarcity
from services.matching.markets.pool import Solved
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Candidate
from services.matching.rules.changes import TOPIC, must_train
from shared.language.terms import Goal, Role, Terms

PRICES = 20
"""Prices of each kind that are named."""


def scarcity(solution: Solution) -> Scarcity:
    """Prices of topics, languages and countries, and the mentors who are wanted."""
    mentees = solution.crowd.snapshot.mentees
    left = [mentees[place] for place in unpaired(solution, Role.MENTEE)]
    return Scarcity(prices=_prices(solution, left), wanted=wanting.wanted(solution.crowd.snapshot, left))


def _prices(solution: Solution, left: Sequence[Candidate]) -> tuple[Price, ...]:
    terms, people, points = solution.crowd.terms, *_worth(solution)
    having: dict[tuple[str, str], list[int]] = {}
    for place, mentor in enumerate(solution.crowd.snapshot.mentors):
        for attribute in _attributes(mentor, terms) if mentor.room > 0 and not must_train(mentor, terms) else ():
            having.setdefault(attribute, []).append(place)
    lacking = Counter(attribute for mentee in left for attribute in _attributes(mentee, terms))
    found = [
        Price(
            kind=kind,
            value=value,
            mentors=len(places),
            unmatched=lacking[kind, value],
            people=_mean(people[places]),
            points=_mean(points[places]),
        )
        for kind, value in having.keys() | lacking.keys()
        for places in [having.get((kind, value), [])]
    ]
    total = terms.pairing.goal is Goal.BEST_TOTAL
    return _dearest([price for price in found if price.unmatched or (price.points if total else price.people) > 0])


def _attributes(person: Candidate, terms: Terms) -> Iterator[tuple[str, str]]:
    """What a mentor has or a mentee looks for, each once."""
    yield from {("topic", topic) for topic in TOPIC.reach(person, terms)}
    yield from (("language", language) for language in person.languages)
    yield "country", person.profile.country


def _worth(solution: Solution) -> tuple[Whole, Whole]:
    """People and points that one more of each mentor is worth at most, with one place and nobody in it.

    Points are the smaller part, above or below nothing: one more person with a partner may cost others some points.
    """
    found = np.zeros((2, len(solution.crowd.mentors)), dtype=np.int64)
    for one in solution.solved:
        reached = one.scale.worth(one.best.value)
        gains = [one.scale.gain(price, reached, one.pool.look.highest) for price in _prices_of(one)]
        found[:, one.pool.mentors] = [[gain.people for gain in gains], [gain.points for gain in gains]]
    return found[0], found[1]


def _prices_of(one: Solved) -> list[int]:
    """What a place with each mentor of a pool is worth, the bonus of a first partner included.

    A pair of two who both have several places may be worth more than those: another mentor could have it too.
    """
    couples, mentors = one.couples, one.best.prices.mentors
    more = np.zeros_like(mentors)
    np.maximum.at(
        more, couples.mentors, couples.scores - mentors[couples.mentors] - one.best.prices.mentees[couples.mentees]
    )
    prices: list[int] = np.maximum(mentors + more + one.scale.person, 0).tolist()
    return prices


def _mean(values: NDArray[np.int64]) -> float:
    return int(values.sum()) / len(values) if len(values) else 0.0


def _dearest(prices: Sequence[Price]) -> tuple[Price, ...]:
    kinds: Counter[str] = Counter()
    named = []
    for price in sorted(prices, key=lambda each: (-each.people, -each.points, -each.unmatched, each.kind, each.value)):
        kinds[price.kind] += 1
        if kinds[price.kind] <= PRICES:
            named.append(price)
    return tuple(named)
