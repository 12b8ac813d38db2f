"""Some people with a free place, encoded for the rules once and for every newcomer that is still to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.rules.candidate import Candidate
from services.matching.rules.crowd import Codes, Pairwise, Side
from shared.language.terms import Terms

UNKNOWN = ""
"""Stands for a topic or an interest that nobody in a block knows."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody with a free place."""

    candidate: Candidate
    queue: tuple[bool, bool, str, str]
    """Their place on the waiting list; sorts ascending."""


class Block:
    """Some people, encoded once."""

    def __init__(self, terms: Terms, people: Sequence[Waiting]) -> None:
        self.terms = terms
        self.people = sorted(people, key=lambda each: each.candidate.id)
        candidates = [each.candidate for each in self.people]
        self.here: NDArray[np.bool_] = np.ones(len(candidates), dtype=np.bool_)
        self.returning = np.array([candidate.returning for candidate in candidates], dtype=np.bool_)
        self.alone = np.array([candidate.alone for candidate in candidates], dtype=np.bool_)
        self.codes = Codes(candidates)
        self.codes.topics = _Known(self.codes.topics)
        self.codes.interests = _Known(self.codes.interests)
        self.side = Side(candidates, self.codes)
        self.tables: dict[tuple[Pairwise, int], NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.people)

    def those_here(self) -> list[Waiting]:
        """Everybody who has not been crossed out."""
        return [each for each, here in zip(self.people, self.here.tolist(), strict=True) if here]

    @cached_property
    def places(self) -> dict[str, int]:
        """Participant id → place."""
        return {each.candidate.id: place for place, each in enumerate(self.people)}

    @cached_property
    def persons(self) -> dict[str, list[int]]:
        """Person id → places."""
        return _index((each.candidate.person_id,) for each in self.people)

    @cached_property
    def reports(self) -> dict[str, list[int]]:
        """Person id of a manager → places of those below, at any depth."""
        return _index(each.candidate.profile.managers for each in self.people)

    @cached_property
    def met(self) -> dict[str, list[int]]:
        """Participant id → places of their partners, now or before."""
        return _index(each.candidate.partners for each in self.people)


class _Known(dict[str, int]):
    """Numbers of the labels a block knows; every other label has the number of ``UNKNOWN``, which nobody there has."""

    def __init__(self, labels: dict[str, int]) -> None:
        super().__init__({**labels, UNKNOWN: len(labels)})

    def __missing__(self, _: str) -> int:
        return self[UNKNOWN]


def _index(people: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, names in enumerate(people):
        for name in names:
            found.setdefault(name, []).append(place)
    return found
