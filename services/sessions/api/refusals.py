"""What sessions says when it says no, and when a pair's series is not as it should be."""

from collections.abc import Mapping

from shared.domain.marking import Addressed, Sentence, _, ngettext

SENTENCES: Mapping[str, Sentence | Addressed] = {
    # what is wrong in a request goes on after the field's name
    "no-whole-minute": _("sessions start on a whole minute, such as 2026-03-02T10:15:00+01:00"),
    "link-without-times": _(
        "We find no time that suits both of you in the next weeks; please talk to each other, or choose one on a page."
    ),
    # a session that is over, or not yet begun
    "new-time-is-past": _("The new time has already passed; please choose one in the future."),
    "not-one-of-the-two": _("Only the two of the pair can say that they met; please ask one of them."),
    "session-not-started": _("This session has not started yet; please confirm it once it has taken place."),
    "session-time-is-over": _("This session's time is over; please say whether it took place instead."),
    "session-was-cancelled": _("This session was cancelled, so it can no longer be changed."),
    "session-was-held": _("This session was held, so it can no longer be changed."),
    "session-was-missed": _(
        "Nobody confirmed this session in time, so it counts as missed and can no longer be changed."
    ),
    # a time that does not suit
    "after-the-programme": _("Sessions take place before the programme ends on %(ends_on)s."),
    "booked-already": Addressed(
        you=_("You already have another session at that time; please choose another one."),
        others=_("One of the two already has another session at that time; please choose another one."),
    ),
    "has-withdrawn": Addressed(
        you=_("You have withdrawn from the programme; your sessions end with it."),
        others=_("One of the two has withdrawn from the programme; their sessions end with it."),
    ),
    "outside-working-hours": Addressed(
        you=_(
            "Your working hours are %(start)s to %(end)s on %(days)s (%(time_zone)s). "
            "Please choose a time within them that is no public holiday there."
        ),
        others=_(
            "The %(role)s's working hours are %(start)s to %(end)s on %(days)s (%(time_zone)s). "
            "Please choose a time within them that is no public holiday there."
        ),
    ),
    "programme-over": _("The programme is over; its sessions no longer move."),
    # what could not be planned
    "late-first-session": ngettext(
        "One session, but the two have no common free slot within the first %(within)s days.",
        "All %(count)s sessions, but the two have no common free slot within the first %(within)s days.",
    ),
    "never-in-common": _(
        "No session: the working hours of the two never have %(minutes)s minutes in common before %(last_day)s."
    ),
    "not-all-planned": _("Not all sessions could be planned."),
    "nothing-free-in-common": _("No session: the two have no %(minutes)s minutes free in common before %(last_day)s."),
    "programme-ends-first": _("No session: the programme ends on %(ends_on)s, before the two could meet."),
    "somebody-gone": _("One of the two is no longer there."),
    "too-few-sessions": ngettext(
        "%(made)s of %(count)s session: there is no further common free slot before %(last_day)s.",
        "%(made)s of %(count)s sessions: there is no further common free slot before %(last_day)s.",
    ),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "days": {
        "Mon": _("Mon"),
        "Tue": _("Tue"),
        "Wed": _("Wed"),
        "Thu": _("Thu"),
        "Fri": _("Fri"),
        "Sat": _("Sat"),
        "Sun": _("Sun"),
    },
    "kind": {
        "diary": _("diary"),
        "participant": _("participant"),
        "programme": _("programme"),
        "series": _("series"),
        "session": _("session"),
    },
}
"""Fact → its value → the word for it."""
