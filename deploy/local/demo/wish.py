"""What somebody wants to have run; ``telemachus up`` reads it from options or the environment, and checks it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PORT, SEED, STATE = 8080, 1, Path(".telemachus")
TOKENS = "tokens"


class Scenario(StrEnum):
    """The demo programmes; written out, because importing them takes seconds."""

    BNP_UK = "bnp-uk"
    GE_1999 = "ge-1999"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to run. ``once``: play it to its end, report, check the invariants, and leave."""

    scenario: Scenario = Scenario.BNP_UK
    once: bool = False
    port: int = PORT
    seed: int = SEED
    state: Path = STATE

    @property
    def name(self) -> str:
        """What it is called among those of one state directory."""
        return f"{self.scenario}-once" if self.once else self.scenario.value

    @property
    def directory(self) -> Path:
        """Where its data, keys and log are kept."""
        return self.state / self.name

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the services say while they run."""
        return self.directory / "telemachus.log"

    @property
    def loaded(self) -> Path:
        """A file that is there once the demo programme has been loaded to its end."""
        return self.directory / "loaded"

    @property
    def tokens(self) -> Path:
        """A directory with a bearer token for each demo persona."""
        return self.directory / TOKENS
