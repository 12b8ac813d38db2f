"""What an event means, in plain words; ``who`` names one person or a pair."""

from collections.abc import Mapping
from typing import Any

from shared.domain.marking import Sentence, _, ngettext

HAPPENED: Mapping[str, Sentence] = {
    "ProgrammeOpened": _("The programme opened for applications"),
    "ProgrammeChanged": _("The programme’s terms changed"),
    "RegistrationClosed": _("Registration closed"),
    "ProgrammeClosed": _("The programme ended"),
    "ParticipantRegistered": _("%(who)s registered"),
    "ParticipantChanged": _("The profile of %(who)s changed"),
    "ParticipantTrained": _("%(who)s finished the training"),
    "ParticipantWithdrawn": _("%(who)s stepped back"),
    "ParticipantErased": _("A participant’s data were erased"),
    "PairProposed": _("A pair was proposed: a manager decides"),
    "PairFormed": _("%(who)s became a pair"),
    "PairDeclined": _("A pair was declined in its first days"),
    "PairDissolved": _("%(who)s parted before the end"),
    "PairCompleted": _("%(who)s completed the programme"),
    "PairRechecked": _("The rules were checked again for %(who)s"),
    "MatchingRoundProposed": ngettext(
        "A matching round proposes %(count)s pair: a manager decides",
        "A matching round proposes %(count)s pairs: a manager decides",
    ),
    "MatchingRoundFailed": _("A matching round failed"),
    "MatchingRoundCancelled": _("A matching round was called off"),
    "MatchingRoundCompleted": ngettext(
        "A matching round formed %(count)s pair", "A matching round formed %(count)s pairs"
    ),
    "SessionScheduled": _("Session %(number)s of %(who)s was booked"),
    "SessionRescheduled": _("Session %(number)s of %(who)s was moved"),
    "SessionCancelled": _("Session %(number)s of %(who)s was cancelled"),
    "SessionHeld": _("%(who)s met for session %(number)s"),
    "SessionMissed": _("Session %(number)s of %(who)s was missed"),
    "FeedbackSubmitted": _("Somebody answered the pulse after a session"),
    "PairAtRisk": _("%(who)s are losing momentum"),
    "PairRecovered": _("%(who)s are back on track"),
    "ObjectiveMeasured": _("An objective was measured"),
    "PracticeShared": _("A mentor shared a practice that works"),
    "MentorRecognised": _("%(who)s was recognised as a mentor"),
}
"""Who answered a pulse, said no or was erased is nobody's business, so these sentences name nobody."""

SOMETHING = _("Something new happened")
"""The same for an event this page does not know; it names nobody, because whether it may is not known either."""

BROKEN: Mapping[str, Sentence] = {
    "cross-border": _("They now work in different countries, and one side did not agree to that"),
    "language": _("They no longer share a language"),
    "working-hours": _("Their working hours no longer leave room for a session"),
    "grade-gap": _("The mentee is no longer senior enough"),
    "same-unit": _("They now work in the same unit"),
    "reporting-line": _("One of them now reports to the other, directly or further up"),
}
"""What a broken rule of pairing means for the two."""

RULE_BROKEN = _("A rule of pairing no longer holds for them")
"""The same for a rule this page does not know."""

SAID: Mapping[str, Any] = {"happened": HAPPENED, "something": SOMETHING, "broken": BROKEN, "rule_broken": RULE_BROKEN}
"""What the templates call them."""
