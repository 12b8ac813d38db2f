"""What every service says when something is refused, absent or not valid: the sentence of every code of shared."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _, ngettext
from shared.web.languages.words import TOPICS

SENTENCES: Mapping[str, Sentence | Addressed] = {
    # who may do what
    "needs-a-manager-of": _("This needs a programme manager of these countries: %(countries)s."),
    "needs-a-manager-of-one-of": _("This needs a programme manager of one of these countries: %(countries)s."),
    "needs-a-role": _("This needs the role %(roles)s."),
    "needs-their-manager": _(
        "This needs a manager of every country in which they take part, if they do, or an operator."
    ),
    "answer-of-another-provider": _(
        "The answer did not come from the identity provider of this installation, so it does not count. Sign in again."
    ),
    "cookie-without-a-form": _(
        "Whoever is signed in with a browser sends forms, nothing else. Programs need a bearer token in the "
        "Authorization header."
    ),
    "form-not-in-utf-8": _("A form is sent in UTF-8."),
    "form-is-not-yours": _("This form is from before you signed in. Load the page again, and send it then."),
    "id-token-not-valid": _(
        "What the identity provider says does not hold: it is not for this attempt, or not for us. Sign in again."
    ),
    "link-unanswered": _("Please choose one of the answers."),
    "no-keys": _("Nobody can sign in at the moment. Try again in a moment."),
    "no-provider": _("The identity provider does not answer, so nobody can sign in. Try again in a moment."),
    "nobody-signs-in-here": _("Nobody signs in with a browser in this installation."),
    "no-token": _("This needs a bearer token in the Authorization header."),
    "not-from-our-page": _("This was not sent from a page of Telemachus, so it was not done."),
    "of-somebody-else": _("This belongs to somebody else."),
    "provider-says-no": _("The identity provider has not signed you in (%(why)s). Try again, or ask those who run it."),
    "provider-says-nothing": _("The identity provider has not said who you are. Sign in again."),
    "session-over": _(
        "You were signed out because you were inactive for a while, or had been signed in for a long time. "
        "Sign in again."
    ),
    "sign-in-not-begun-here": _(
        "This browser has not begun to sign in, or more than ten minutes ago, or has ended it already. Sign in again."
    ),
    "token-not-valid": _("The token is not valid. Sign in again."),
    "token-not-valid-any-more": _("The token is not valid (any more). Sign in again."),
    # how much at once
    "content-too-large": _("A request has %(most)s bytes at most here."),
    "no-more-at-once": _("Too many of these are under way at once. Try again in a moment."),
    "too-many-of-yours": _("%(most)s of these are under way for you already. Wait until one is done."),
    # what is there
    "no-such": _("There is no %(kind)s “%(id)s”."),
    "no-such-file": _("There is no file “%(file)s”."),
    "signed-in-without-a-number": _(
        "You are signed in without an employee number, so nothing here is known to be yours."
    ),
    "cannot-be-told": _("This cannot be told to the other services (%(event)s, %(why)s), so it was not done."),
    "being-done": _("This is being done already. Load the page again in a moment, and see what has become of it."),
    "changed-meanwhile": _("Somebody else has changed this at the same moment. Try again."),
    # what is said in requests: these go on after a field's name
    "ends-before-it-starts": _("the last day (%(ends_on)s) must come after the first day (%(starts_on)s)"),
    "no-clock-time": _("must be a local time from 00:00 to 23:59, such as 09:30"),
    "no-country": _("must be two letters of ISO 3166-1, such as FR"),
    "no-cursor": _("must be as the answer before had it in its Link header, of this very list; leave it out to begin"),
    "no-day": _("must be a day of the years 2000 to 2199, such as 2026-03-02"),
    "no-id": _("must be an id: up to 80 letters, digits and . _ : - with a letter or digit first"),
    "no-instant": _(
        "must be a time of the years 2000 to 2199 with its offset from UTC, such as 2026-03-02T10:15:00+01:00"
    ),
    "no-language": _("must be a language as in BCP 47, such as en or pt-BR"),
    "no-region": _("must be a region's name: 2 to 20 small letters, digits and hyphens"),
    "no-service": _("must be a service's name: 1 to 40 small letters and hyphens"),
    "no-time-zone": _("“%(name)s” is no time zone of a place in the IANA database, such as Europe/Paris"),
    "no-topic": _("must be a topic: 2 to 60 small letters, digits and hyphens, such as social-media"),
    "not-one-line": _("must be one line that can be read: no line breaks, no control characters"),
    "not-plain-text": _("must be text that can be read: no control characters"),
    "says-not-whom": _("say whom: either by employee number or by person id"),
    "too-many-lists": _("must have at most %(limit)s lists and objects in it"),
    "topic-comes-again": _("must name %(topic)s once"),
    "too-many-fields": _("must have at most %(limit)s fields"),
    "works-backwards": _("working hours end (%(end)s) before they start (%(start)s)"),
    # what operators do
    "dead-letter-settled": _("This dead letter was %(settled)s already; there is nothing left to do."),
    "no-projections": _("There is no projection “%(projection)s” here. There are: none."),
    "no-such-dead-letter": _("There is no dead letter “%(id)s”."),
    "no-such-projection": _("There is no projection “%(projection)s” here. There are: %(here)s."),
    "not-said-here": _("This service does not say “%(stream)s”. It says: %(says)s."),
    "nothing-between": _(
        "The beginning is not before the end, so nothing lies between them. Swap them or leave one out."
    ),
    "rebuilds-already": _("“%(projection)s” is being rebuilt already. Wait until that is done."),
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
    "role": {"mentor": _("mentor"), "mentee": _("mentee")},
    "roles": {
        "participant": _("participant"),
        "manager": _("manager"),
        "operator": _("operator"),
        "data-protection": _("data-protection officer"),
    },
    "settled": {"retried": _("retried"), "dropped": _("dropped")},
    "topic": TOPICS,
    "topics": TOPICS,
}
"""Fact → its value → the word for it."""
