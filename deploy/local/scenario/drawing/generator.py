"""Scenarios by name. The same name, seed and day give the same people, to the letter."""

from collections.abc import Callable, Mapping
from datetime import date

from deploy.local.scenario.drawing import bnp_uk, ge_1999
from deploy.local.scenario.drawing.people import Scenario

DEFAULT_SEED = 1
"""With it both scenarios show everything: alarms, recoveries, people without a partner."""

SCENARIOS: Mapping[str, Callable[[int, date], Scenario]] = {"bnp-uk": bnp_uk.scenario, "ge-1999": ge_1999.scenario}


def generate(name: str, seed: int, today: date) -> Scenario:
    """The scenario of that name; raises ValueError when there is none."""
    if name not in SCENARIOS:
        raise ValueError(f"There is no scenario “{name}”; choose one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[name](seed, today)
