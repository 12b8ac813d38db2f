"""What every service says when something is refused, absent or not valid: the sentence of every code of shared."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _, ngettext

SENTENCES: Mapping[str, Sentence | Addressed] = {
    # who may do what
    "needs-a-manager-of": _("This needs a programme manager of %(countries)s."),
    "needs-a-role": _("This needs the role %(roles)s."),
    "no-keys": _("Nobody can sign in at the moment. Try again in a moment."),
    "no-token": _("This needs a bearer token in the Authorization header."),
    "of-somebody-else": _("This belongs to somebody else."),
    "token-not-valid": _("The token is not valid. Sign in again."),
    "token-not-valid-any-more": _("The token is not valid (any more). Sign in again."),
    # what is there
    "no-such": _("There is no %(kind)s «%(id)s»."),
    "no-such-file": _("There is no file «%(file)s»."),
    "changed-meanwhile": _("Somebody else has changed this at the same moment. Try again."),
    # what is said in requests: these go on after a field's name
    "ends-before-it-starts": _("ends_on (%(ends_on)s) must come after starts_on (%(starts_on)s)"),
    "no-time-zone": _("«%(name)s» is not a time zone of the IANA database, such as Europe/Paris"),
    "says-not-whom": _("say whom: either employee_id or person_id"),
    "works-backwards": _("working hours end (%(end)s) before they start (%(start)s)"),
    # what operators do
    "dead-letter-settled": _("This dead letter was %(settled)s already; there is nothing left to do."),
    "no-projections": _("There is no projection «%(projection)s» here. There are: none."),
    "no-such-dead-letter": _("There is no dead letter «%(id)s»."),
    "no-such-projection": _("There is no projection «%(projection)s» here. There are: %(here)s."),
    "not-said-here": _("This service does not say «%(stream)s». It says: %(says)s."),
    "nothing-between": _("«since» is not before «until», so nothing lies between them. Swap them or leave one out."),
    "rebuilds-already": _("«%(projection)s» is being rebuilt already. Wait until that is done."),
    "record-too-large": _(
        "This record was too large to be kept, and is too large for an event wherever it comes from. "
        "Drop it, so that what waits for it goes on."
    ),
    "version-missing": _("Version %(version)s of this subject is missing: deal with that one first."),
    # why a record is a dead letter, or waits
    "body-does-not-fit": _("stream or subject do not fit the body"),
    "body-not-readable": _("%(field)s: %(fault)s"),
    "body-too-large": _("the body has more than %(limit)s bytes"),
    "commit-failed": _("commit failed: %(error)s"),
    "handler-failed": _("handler failed: %(error)s"),
    "header-missing": _("header %(name)s is missing"),
    "header-not-utf-8": _("a header is not UTF-8"),
    "headers-not-readable": _("ce_version or ce_time cannot be read"),
    "no-numbered-event": _("the headers are not those of a numbered CloudEvents 1.0 event"),
    "not-readable": _("stored %(document)s: %(faults)s"),
    "waits-for": _("waits for %(missing)s"),
    # why a projection was not rebuilt
    "changed-again-and-again": ngettext(
        "One document changed again and again; the others are done. Try again.",
        "%(count)s documents changed again and again; the others are done. Try again.",
    ),
    "event-not-readable": _("Version %(version)s of %(subject)s cannot be read: %(why)s."),
    "handlers-fail": _("The handlers of today fail at version %(version)s of %(subject)s: %(error)s."),
    "history-not-whole": ngettext(
        "The topics do not hold the whole history: versions of one subject are missing, %(subject)s. "
        "Let the service that says them replay its outbox, then try again. Nothing was changed.",
        "The topics do not hold the whole history: versions of %(count)s subjects are missing, among them %(subject)s. "
        "Let the service that says them replay its outbox, then try again. Nothing was changed.",
    ),
    "needs-another-first": _("%(subject)s needs %(missing)s, which is not here: rebuild that first."),
    "no-projection": _("The handlers of %(projection)s change %(others)s too: it is no projection."),
    "rebuild-failed": _("%(error)s. Start it again."),
    "rebuild-interrupted": _("The process ended in the middle. Start it again."),
    "rebuilder-gone": _("The process that did it is gone. Start it again."),
}

REFUSED = _("refused: %(why)s")
"""Why a record is a dead letter of which a rule said no."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "actual_length": {"more": _("more")},
    "field_type": {
        "Dictionary": _("Dictionary"),
        "Frozenset": _("Frozenset"),
        "List": _("List"),
        "Set": _("Set"),
        "Tuple": _("Tuple"),
        "Value": _("Value"),
    },
    "role": {"mentor": _("mentor"), "mentee": _("mentee")},
    "roles": {"participant": _("participant"), "manager": _("manager"), "operator": _("operator")},
    "settled": {"retried": _("retried"), "dropped": _("dropped")},
}
"""Fact → its value → the word for it."""
