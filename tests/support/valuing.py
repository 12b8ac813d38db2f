"""What given couples are worth, one by one."""

from collections.abc import Sequence

import numpy as np

from services.matching.rules.asking import Couple, meeting, scores, shares
from shared.language.matching import Criterion
from shared.language.terms import Terms


def valued(couples: Sequence[Couple], terms: Terms) -> list[tuple[int, tuple[Criterion, ...]]]:
    """Each couple's score in points, and each soft rule's share of it."""
    meet = meeting(couples, terms)
    return list(zip(np.asarray(scores(meet)).tolist(), shares(meet), strict=True))
