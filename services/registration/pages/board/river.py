"""The funnel as a drawing: a river that narrows from step to step."""

from collections.abc import Sequence
from itertools import pairwise

WIDTH, HEIGHT = 100, 100
"""Of one step, in the drawing's own units."""
BEND = 20
"""How far from the end of a step the banks begin to bend."""

Point = tuple[float, float]


def river(counts: Sequence[int]) -> str:
    """The path of an SVG of ``len(counts) * WIDTH`` by ``HEIGHT``; the largest count takes the whole height."""
    largest = max(*counts, 1)
    halves = [HEIGHT / 2 * count / largest for count in counts]
    upper = _bank([HEIGHT / 2 - half for half in halves])
    lower = _bank([HEIGHT / 2 + half for half in halves])[::-1]
    return f"M{_at(upper[0])}{_along(upper)}L{_at(lower[0])}{_along(lower)}Z"


def _bank(levels: Sequence[float]) -> list[Point]:
    """Two points for each step: where its level begins and where it ends."""
    last = len(levels) - 1
    points: list[Point] = []
    for step, level in enumerate(levels):
        points.append((step * WIDTH + (BEND if step else 0), level))
        points.append(((step + 1) * WIDTH - (BEND if step < last else 0), level))
    return points


def _along(points: Sequence[Point]) -> str:
    """Curves that leave and reach every point level."""
    return "".join(
        f"C{_at(((x + to_x) / 2, y))} {_at(((x + to_x) / 2, to_y))} {_at((to_x, to_y))}"
        for (x, y), (to_x, to_y) in pairwise(points)
    )


def _at(point: Point) -> str:
    return f"{point[0]:g} {point[1]:.1f}"
