"""What registration says when it says no, and what is wrong with the rows of a file."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _, ngettext

SENTENCES: Mapping[str, Sentence | Addressed] = {
    # what is wrong in a request goes on after the field's name
    "last-day-not-later": _("must come after the first day (%(starts_on)s)"),
    "no-topic-in-words": _("must be a few words of letters or digits each, such as: cloud basics, public speaking"),
    "not-an-email-address": _("must be an e-mail address, such as name@company.example"),
    "objective-not-whole": _(
        "must have a title of three letters or more and two numbers, for today and for the aim; "
        "number %(row)s lacks something. Or empty all of its fields"
    ),
    # who may do what
    "people-not-managed": _("You do not manage people of this country: %(country)s."),
    "registered-elsewhere": _("This person is registered in a country whose people you do not manage."),
    # letters, as operators deal with them
    "letter-ended": _("The letter neither waits nor was given up: there is nothing to withdraw."),
    "letter-not-given-up": _("Only a letter that was given up can be tried again."),
    "letter-overtaken": _("What the letter says is not true any more, so it is not sent."),
    "letter-too-late": _("The letter tells nothing new any more, so it is not sent."),
    # webhooks, as operators deal with them
    "webhook-ended": _("It neither waits nor was given up: there is nothing to drop."),
    "webhook-not-given-up": _("Only what was given up can be sent again."),
    # what the form on the page of components cannot take
    "nothing-to-learn": _("There is always something to learn: name one thing."),
    # the life of a programme
    "countries-taken-away": _(
        "People may have applied from these countries already: %(countries)s. Countries can be added, not taken away."
    ),
    "does-not-open-again": _("The programme is %(state)s and does not open again; make a new one."),
    "enough-contacts": _("A programme has %(limit)s contacts at most; remove one first."),
    "last-day-has-passed": _("The programme's last day (%(ends_on)s) has passed; change its dates first."),
    "new-last-day-has-passed": _("The new last day (%(ends_on)s) has passed; end the programme instead."),
    "no-such-countries": _(
        "We do not know these countries: %(names)s. Write them as your language does, such as: Ireland."
    ),
    "programme-exists-already": _("There is a programme “%(id)s” already; choose another id or change its terms."),
    "programme-has-begun": _("The programme began on %(starts_on)s; its first day no longer changes."),
    "programme-has-ended": _("The programme has ended and no longer changes."),
    "programme-is-a-draft": _("The programme is a draft; open it first."),
    "programme-never-opened": _("The programme never opened, so there is nothing to end."),
    "registration-not-open": _(
        "Only an open programme can close its registration; the state of this one is “%(state)s”."
    ),
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
    "programme-not-there": _("The programme does not run in this country (%(country)s), only in these: %(countries)s."),
    "topics-not-of-the-programme": _("These are no topics of the programme: %(topics)s."),
    "registration-is-closed": _("Registration is closed: nobody new can apply to this programme."),
    "somebody-else-of-this-number": _(
        "This number belongs to somebody in another country, with another name and address. Check the number."
    ),
    "takes-part-already": Addressed(
        you=_("You take part in this programme already; change what you have said on your own page."),
        others=_("This person takes part in this programme already; look for them by their number among the people."),
    ),
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
    "would-work-backwards": _(
        "Together with what was known, working hours end (%(end)s) before they start (%(start)s); say both."
    ),
    # what is taken of what is said
    "belongs-to-others-too": _(
        "Left as it was: the person also takes part in countries whose people you do not manage. "
        "All else counts for this programme."
    ),
    "hr-says-otherwise": _("HR says otherwise, and that counts; ask HR to correct it."),
    "line-comes-from-hr": _("Left as it was: the reporting line comes from HR's file."),
    # a whole file
    "columns-come-again": _("The columns %(columns)s come more than once; leave one of each."),
    "columns-missing": _(
        "The file lacks the columns %(columns)s. Its first line names %(found)s. It has to name the columns, "
        "with commas, semicolons or tabs between them."
    ),
    "file-not-utf-8": _(
        "The file is not in UTF-8 but probably in Windows-1252, as line %(line)s shows first: letters with accents "
        "would be lost. Save it as “CSV UTF-8” and give it again."
    ),
    "file-too-long": _("The file has more than %(lines)s lines; split it, every part with the header line."),
    "file-too-large": _("The file is larger than %(megabytes)s MB; split it, every part with the header line."),
    "import-away": _(
        "Part of the system does not answer at the moment. What was imported is kept: give the same file again later."
    ),
    "import-our-fault": _("Something went wrong here. What was imported stays: give the same file again."),
    "no-header": _(
        "The file lacks the columns %(columns)s: nothing stands in it. The first line names the columns, "
        "with commas, semicolons or tabs between them."
    ),
    # a row or a cell: what is expected instead
    "employee-comes-again": _("HR's number of the person, 1 to 80 characters, once in the file"),
    "expects-a-capacity": _("1 or 2 pairs at a time"),
    "expects-a-city": _("at most 80 characters"),
    "expects-a-country": _("two letters of ISO 3166-1, such as FR"),
    "expects-a-grade": _("a whole number from 1 (most junior) to 40"),
    "expects-a-managers-id": _("HR's number of the direct manager, at most 80 characters, or - for nobody"),
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
    "lost-by-a-spreadsheet": _("what stood there before a spreadsheet lost it: mend the cell and export again"),
    "not-utf-8": _("text in UTF-8"),
    "remade-by-a-spreadsheet": _(
        "HR's number as HR writes it, not what a spreadsheet made of it: format the column as text and export again"
    ),
    "too-many-cells": ngettext(
        "%(count)s cell, as in the header; this line has %(found)s",
        "%(count)s cells, as in the header; this line has %(found)s",
    ),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "erasure": _("erasure"),
        "feed": _("feed"),
        "letter": _("letter"),
        "delivery": _("webhook"),
        "link": _("reporting line"),
        "paircard": _("pair"),
        "participant": _("participant"),
        "person": _("person"),
        "programme": _("programme"),
        "standing": _("endpoint of webhooks"),
    },
    "state": {
        "closed": _("closed"),
        "draft": _("draft"),
        "ended": _("ended"),
        "open": _("open"),
    },
}
"""Fact → its value → the word for it."""
