"""Objectives as they are typed: a line of fields for each, and some empty lines for more."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError

from services.registration.programmes.naming import free_id
from shared.language.terms import Objective, Terms

BLANK = 3
"""Empty lines for more objectives."""
MOST = 50
"""Objectives of a programme, and so lines of which something can be typed."""


class Line(NamedTuple):
    """What stands in the fields of one objective."""

    id: str = ""
    """Of one that there is; what a browser sends is compared with those."""
    title: str = ""
    scale: str = "1-5"
    baseline: str = ""
    target: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said, or all of it was taken away."""
        return not (self.title or self.baseline or self.target)

    @classmethod
    def of(cls, objective: Objective) -> "Line":
        """As it is typed."""
        return cls(objective.id, objective.title, objective.scale, typed(objective.baseline), typed(objective.target))


def typed(figure: float) -> str:
    """A number as it is typed: without a point where it is whole."""
    return str(int(figure)) if figure.is_integer() else repr(figure)


def lines_of(*columns: Sequence[str]) -> list[Line]:
    """What was sent, field by field, line by line."""
    return [Line(*cells) for cells in zip(*columns, strict=False)]


def first_broken(lines: Sequence[Line]) -> int:
    """The number of the first line that says some of it, or what is no objective; 0 where all are well."""
    return next((number for number, line in enumerate(lines, 1) if not line.is_empty and _read(line, "x") is None), 0)


def objectives_of(lines: Sequence[Line], before: Terms | None) -> tuple[Objective, ...]:
    """Those that are said; one that there was keeps its id, by which it is measured."""
    known = {each.id for each in before.objectives} if before else set()
    taken: set[str] = set()
    found = []
    for line in lines:
        free = line.id in known - taken
        identity = line.id if free else free_id(line.title, "objective", known | taken)
        objective = None if line.is_empty else _read(line, identity)
        if objective:
            taken.add(identity)
            found.append(objective)
    return tuple(found)


def _read(line: Line, identity: str) -> Objective | None:
    try:
        return Objective.model_validate(
            {
                "id": identity,
                "title": line.title,
                "scale": line.scale,
                "baseline": _figure(line.baseline),
                "target": _figure(line.target),
            }
        )
    except ValidationError:
        return None


def _figure(text: str) -> float | None:
    """The number, with a point or a comma."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
