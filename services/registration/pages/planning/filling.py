"""The form as it is shown first: with what has proved good, or with the terms there are."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from services.registration.pages.planning.objectives import BLANK, Line
from services.registration.pages.planning.terms import OF_PAIRING, OF_PLAN, WEIGHTS
from shared.language.terms import MomentumRules, PairingRules, Terms, WorkPlan
from shared.web.forms.reading import Typed

OBJECTIVE = ("objective_ids", "objective_titles", "objective_scales", "objective_baselines", "objective_targets")


def new(countries: Sequence[str], language: str) -> Typed:
    """Of a programme to be: what can be left as it is, is."""
    return {
        **_rules(WorkPlan(), PairingRules(), MomentumRules()),
        **_objectives(()),
        "countries": countries,
        "languages": [language],
    }


def typed_of(terms: Terms) -> Typed:
    """Field → value, as a browser would send it."""
    return {
        **_rules(terms.plan, terms.pairing, terms.momentum),
        **_objectives([Line.of(each) for each in terms.objectives]),
        "title": terms.title,
        "countries": terms.countries,
        "languages": terms.languages,
        "topics": terms.topics,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "public_call": "true" if terms.public_call else "",
    }


def _rules(plan: WorkPlan, pairing: PairingRules, momentum: MomentumRules) -> dict[str, str]:
    return {
        **{name: _text(getattr(plan, name)) for name in (*OF_PLAN, "minutes")},
        **{name: _text(getattr(pairing, name)) for name in OF_PAIRING},
        **{f"{name}_weight": _text(getattr(pairing.weights, name)) for name in WEIGHTS},
        "alarm_after": _text(momentum.alarm_after),
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value.value if isinstance(value, Enum) else value)


def _objectives(lines: Sequence[Line]) -> dict[str, list[str]]:
    columns = zip(*(*lines, *[Line()] * BLANK), strict=True)
    return dict(zip(OBJECTIVE, map(list, columns), strict=True))
