"""What registration says when it says no, and what is wrong with the rows of a file."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _, ngettext

SENTENCES: Mapping[str, Sentence | Addressed] = {
    # what is wrong in a request goes on after the field's name
    "not-an-email-address": _("must be an e-mail address, such as name@company.example"),
    "not-one-line": _("must be one line without control characters"),
    # who may do what
    "needs-a-manager-of-one-of": _("This needs a programme manager of one of %(countries)s."),
    "people-not-managed": _("You do not manage people of %(country)s."),
    "registered-elsewhere": _("This person is registered in a country whose people you do not manage."),
    # the life of a programme
    "countries-taken-away": _("People may have applied from %(countries)s; countries can be added, not taken away."),
    "does-not-open-again": _("The programme is %(state)s and does not open again; make a new one."),
    "last-day-has-passed": _("The programme's last day (%(ends_on)s) has passed; change its dates first."),
    "new-last-day-has-passed": _("The new last day (%(ends_on)s) has passed; end the programme instead."),
    "programme-exists-already": _("There is a programme «%(id)s» already; choose another id or change its terms."),
    "programme-has-begun": _("The programme began on %(starts_on)s; its first day no longer changes."),
    "programme-has-ended": _("The programme has ended and no longer changes."),
    "programme-is-a-draft": _("The programme is a draft; open it first."),
    "programme-never-opened": _("The programme never opened, so there is nothing to end."),
    "registration-not-open": _("The programme is %(state)s; only an open one can close its registration."),
    # who takes part
    "application-of-nobody": _("Say whose application it is: employee_id is missing."),
    "applications-after-the-end": _("The programme has ended: nobody can apply to it."),
    "applications-of-a-draft": Addressed(
        you=_("The programme is a draft; you can apply once it has opened."),
        others=_("The programme is a draft; open it before anybody applies."),
    ),
    "data-were-erased": Addressed(
        you=_("Your data were erased on request, so they are not taken in again."),
        others=_("This person's data were erased on request, so they are not taken in again."),
    ),
    "nobody-of-this-id": _("Nobody of this id takes part in this programme."),
    "nobody-to-erase": _("Nobody of this id is known here, so there is nothing to erase."),
    "programme-not-there": _("The programme does not run in %(country)s, only in %(countries)s."),
    "registration-is-closed": _("Registration is closed: nobody new can apply to this programme."),
    "trained-already": Addressed(
        you=_("You were trained as %(role)s; the role no longer changes."),
        others=_("This person was trained as %(role)s; the role no longer changes."),
    ),
    "withdrawn-before-training": Addressed(
        you=_("You have withdrawn from the programme, so no training is recorded."),
        others=_("This person has withdrawn from the programme, so no training is recorded."),
    ),
    "withdrawn-for-good": Addressed(
        you=_("You have withdrawn from the programme and cannot come back to it."),
        others=_("This person has withdrawn from the programme and cannot come back to it."),
    ),
    # a whole file
    "columns-come-again": _("The columns %(columns)s come more than once; leave one of each."),
    "columns-missing": _(
        "The file lacks the columns %(columns)s. The first line names the columns, the text is UTF-8, "
        "and commas, semicolons or tabs stand between the cells."
    ),
    "file-too-large": _("The file is larger than %(megabytes)s MB; split it, every part with the header line."),
    "import-away": _("Broker or database do not answer. What was imported stays: give the same file again."),
    "import-our-fault": _("Something went wrong here. What was imported stays: give the same file again."),
    # a row or a cell: what is expected instead
    "employee-comes-again": _("HR's number of the person, 1 to 80 characters, once in the file"),
    "expects-a-capacity": _("1 or 2 pairs at a time"),
    "expects-a-city": _("at most 80 characters"),
    "expects-a-country": _("two letters of ISO 3166-1, such as FR"),
    "expects-a-grade": _("a whole number from 1 (most junior) to 40"),
    "expects-a-managers-id": _("HR's number of the direct manager, at most 80 characters"),
    "expects-a-name": _("a name of 1 to 120 characters on one line"),
    "expects-a-role": _("mentor or mentee"),
    "expects-a-start-of-work": _("local time as HH:MM, before working_end"),
    "expects-a-time-zone": _("a time zone of the IANA database, such as Europe/Paris"),
    "expects-a-unit": _("the department, 1 to 80 characters"),
    "expects-an-email-address": _("an e-mail address, such as name@company.example"),
    "expects-an-employee-id": _("HR's number of the person, 1 to 80 characters, once in the file"),
    "expects-an-end-of-work": _("local time as HH:MM, after working_start"),
    "expects-interests": _("interests of 1 to 40 characters, separated by |"),
    "expects-languages": _("languages as in BCP 47, separated by |, such as en|fr"),
    "expects-offers": _("topic:level separated by |, levels 0 to 5, such as social-media:4|generative-ai:3"),
    "expects-wants": _(
        "topic:level:priority separated by |, levels 0 to 5, priorities 1 to 3, such as negotiation:1:3"
    ),
    "expects-yes-or-no": _("yes or no"),
    "line-not-readable": _("a line of at most %(limit)s characters in which every quotation mark is closed"),
    "not-utf-8": _("text in UTF-8"),
    "too-many-cells": ngettext(
        "%(count)s cell, as in the header; this line has %(found)s",
        "%(count)s cells, as in the header; this line has %(found)s",
    ),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "erasure": _("erasure"),
        "feed": _("feed"),
        "paircard": _("pair"),
        "participant": _("participant"),
        "person": _("person"),
        "programme": _("programme"),
    },
    "state": {
        "closed": _("closed"),
        "draft": _("draft"),
        "ended": _("ended"),
        "open": _("open"),
    },
}
"""Fact → its value → the word for it."""
