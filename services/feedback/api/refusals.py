"""What feedback says when it says no."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _

SENTENCES: Mapping[str, Sentence | Addressed] = {
    "answered-already": _("You have answered the pulse of this session already. Thank you: one answer is enough."),
    "session-not-held": _(
        "Only a session that was held can be answered; this one is %(outcome)s. "
        "If you did meet, confirm the session first."
    ),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "count": _("count"),
        "momentum": _("momentum"),
        "pair": _("pair"),
        "participant": _("participant"),
        "programme": _("programme"),
        "pulse": _("pulse"),
        "release": _("figures"),
        "session": _("session"),
        "told": _("told"),
    },
    "outcome": {
        "cancelled": _("cancelled"),
        "held": _("held"),
        "missed": _("missed"),
        "scheduled": _("scheduled"),
    },
}
"""Fact → its value → the word for it."""
