"""How figures are said, whatever a language writes between digits."""

from collections.abc import Mapping
from typing import Any

from shared.domain.marking import _

NUMBER = "%(value)s"
PART = _("%(value)s of %(all)s")
OF_FIVE = _("%(value)s of 5")
SCALES: Mapping[str, str] = {"1-5": OF_FIVE, "percentage": _("%(value)s%%"), "count": NUMBER}
"""Of objectives."""
SAID: dict[str, Any] = {"number": NUMBER, "part": PART, "of_five": OF_FIVE, "scales": SCALES}
"""What the templates call them."""
