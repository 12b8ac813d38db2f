"""The scores of everybody who may be paired, as a market the engine can solve."""

from functools import partial

import numpy as np

from services.matching.engine.market import Block, Memory, Scores, Which
from services.matching.markets.areas import Area
from services.matching.rules.asking import doors, scores, weighed
from services.matching.rules.crowd import Crowd
from services.matching.rules.declaring import Hard
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD

HEIGHT, WIDTH = 1024, 4096
"""Mentees and mentors of a block: 8 MB of scores."""

AT_ONCE = 2**18
"""Pairs the rules are asked about at once, so that what they compute stays in the processor's cache."""

FEW = 2**23
"""Pairs up to which a pool is not cut into areas: asking coarse rules too costs less than many small blocks."""

FINE = [rule for rule in HARD if not rule.coarse]
"""What is left to ask of an area's pairs."""

KEEP = 2**31
"""Bytes of scores that are kept between two looks."""


def blocks(crowd: Crowd, areas: list[Area], people: tuple[Which, Which], memory: Memory) -> list[Block]:
    """The areas' pairs in blocks; ``people`` are the market's mentors and mentees, by their places in the crowd."""
    (mentors, mentees), kind, rules = people, _kind(crowd), FINE
    if len(mentors) * len(mentees) <= FEW:
        areas, rules = [Area(mentees, mentors)], HARD
    found = []
    for area in areas:
        for columns in _cut(area.mentors, WIDTH):
            for rows in _cut(area.mentees, HEIGHT):
                read = partial(_scores, crowd, columns, rows, rules, kind)
                remembered = memory.remembering(read, len(rows) * len(columns) * kind.itemsize)
                found.append(Block(np.searchsorted(mentees, rows), np.searchsorted(mentors, columns), remembered))
    return found


def _cut(people: Which, length: int) -> list[Which]:
    return [people[start : start + length] for start in range(0, len(people), length)]


def _kind(crowd: Crowd) -> np.dtype[np.signedinteger]:
    """The smallest type that holds every score and, as its lowest number, «not allowed»."""
    highest = 100 * sum(weight for _, weight in weighed(crowd.terms))
    return np.dtype(np.int16 if highest < np.iinfo(np.int16).max else np.int32)


def _scores(crowd: Crowd, columns: Which, rows: Which, rules: list[Hard], kind: np.dtype[np.signedinteger]) -> Scores:
    # what the sides hold ready for the rules is as large as the scores, and goes with them
    whole = Meeting(crowd, crowd.mentors.pick(columns), crowd.mentees.pick(rows))
    found = np.empty(whole.shape, dtype=kind)
    height = max(1, AT_ONCE // len(columns))
    for start in range(0, len(found), height):
        here = slice(start, start + height)
        meet = Meeting(whole.crowd, whole.mentors, whole.mentees.pick(here))
        found[here] = _allowed(meet, rules, np.iinfo(kind).min)
    return found


def _allowed(meet: Meeting, rules: list[Hard], no: int) -> Scores:
    """The scores; ``no`` where a hard rule, the manager or the minimum score forbids the pair."""
    open_ = doors(meet, rules)
    if not open_.any():
        return np.full(meet.shape, no, dtype=np.int32)
    found = scores(meet)
    minimum = meet.terms.pairing.minimum_score
    if minimum is not None:
        open_ &= found >= minimum
    return np.where(open_, found, no)
