"""What becomes of the records of one batch, until all of it is one transaction."""

from dataclasses import dataclass, field
from typing import NamedTuple

from shared.delivery.parking import Parked
from shared.delivery.poison import Fate
from shared.delivery.positions import Position
from shared.language.envelope import Envelope
from shared.store.unit import Unit
from shared.telemetry.tracing import Step


class Dealt(NamedTuple):
    """What became of one record, and why where it is not dealt with."""

    outcome: str
    reason: str = ""


@dataclass(slots=True)
class Batch:
    """What one batch does beside the unit of work."""

    unit: Unit
    positions: dict[str, Position]
    parked: dict[tuple[str, int], Parked]
    to_park: dict[str, Parked] = field(default_factory=dict)
    to_free: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, str, str]] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    """The same, as it is judged whether a stream is poison."""
    handled: list[Envelope] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def first(self) -> Dealt:
        """What became of its first record."""
        _, _, outcome = self.outcomes[0]
        return Dealt(outcome, self.reasons[0] if outcome in ("parked", "dead-letter") else "")

    @property
    def freed(self) -> list[str]:
        """The ids of what is parked no longer."""
        return [identity for identity in self.to_free if identity not in self.to_park or self._done(identity)]

    def _done(self, identity: str) -> bool:
        """Whether something parked earlier in this very batch has had its turn since."""
        name, _, version = identity.rpartition("/")
        return self.positions[name].version >= int(version)
