"""Bases of what is said and sent: no number in them is infinite, and no number of keys costs anybody time."""

from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted
from shared.language.values.figures import NUMBER

MOST_FIELDS = 100
"""Keys of one object that somebody sends; none of ours has half as many."""


class Value(BaseModel):
    """Base of everything that is compared by what it says and never changes."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Sent(BaseModel):
    """Base of what somebody sends in the body of a request: a name that nobody knows is a mistake, and told.

    Errors never quote what was in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _of_few_fields(cls, sent: Any) -> Any:
        """Looked at first: pydantic would make a fault of every unknown one."""
        if isinstance(sent, dict) and len(sent) > MOST_FIELDS:
            raise not_valid("too-many-fields", limit=MOST_FIELDS)
        return sent


def _mended(figure: Any, info: ValidationInfo) -> Any:
    return 0.0 if accepted(info) and isinstance(figure, float) and not isfinite(figure) else figure


Figure = Annotated[float, BeforeValidator(_mended), NUMBER]
"""A finite number. Where an earlier version kept one that is not, it is 0."""
