"""What everybody on the stage shares: the programme, the way to the services, the clock and who is in charge."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.scenario.drawing.people import Scenario
from deploy.local.scenario.playing.gateway import Gateway, Identity
from shared.domain.clock import MovedClock

Progress = Callable[[str, int, int], None]
"""``(what is being done, done, of)``."""


def unseen(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One scenario in front of running services."""

    scenario: Scenario
    gateway: Gateway
    clock: MovedClock
    progress: Progress = unseen

    @property
    def programme(self) -> str:
        """Where everything of this programme stands."""
        return f"/programmes/{self.scenario.programme_id}"

    @property
    def manager(self) -> Identity:
        """The programme manager, of all the programme's countries."""
        return Identity(
            employee_id=f"{self.scenario.name}-manager",
            roles=frozenset({"manager"}),
            countries=frozenset(self.scenario.terms.countries),
        )

    @property
    def operator(self) -> Identity:
        """Whoever keeps the services running."""
        return Identity(employee_id="operator", roles=frozenset({"operator"}), countries=frozenset({"*"}))
