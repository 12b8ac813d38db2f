"""Who in this process hears at once that something was stored. Of what another replica stores nobody hears here."""

from collections.abc import Callable, Collection

from shared.domain.aggregate import Aggregate

Tell = Callable[[Aggregate | None], None]
"""Called with what was just made true; None where it was deleted."""


class News:
    """Of one store."""

    def __init__(self) -> None:
        self._listeners: dict[type[Aggregate], list[Tell]] = {}

    def listen(self, kinds: Collection[type[Aggregate]], tell: Tell) -> None:
        """From now on ``tell`` is called after every commit, for each aggregate of these kinds that it changed.

        It must neither wait nor raise: whoever committed goes on only afterwards. What was removed by a question, and
        not one by one, is not told.
        """
        for kind in kinds:
            self._listeners.setdefault(kind, []).append(tell)

    def tell(self, kind: type[Aggregate], aggregate: Aggregate | None) -> None:
        """It came true."""
        for tell in self._listeners.get(kind, ()):
            tell(aggregate)
