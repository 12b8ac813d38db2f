"""Whether a pair's session may move to another time."""

from datetime import datetime

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from shared.domain.errors import Refused
from shared.domain.working.days import local_day, works

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def must_suit(programme: Programme, people: tuple[Participant, ...], starts_at: datetime, ends_at: datetime) -> None:
    """Raises Refused unless the programme runs and everybody takes part and works then."""
    if programme.over:
        raise Refused("programme-over")
    for one in people:
        one.must_take_part()
        if local_day(starts_at, one.time_zone) >= programme.terms.ends_on.toordinal():
            raise Refused("after-the-programme", ends_on=programme.terms.ends_on)
        if not works(one.calendar, starts_at, ends_at):
            raise _outside_working_hours(one)


def _outside_working_hours(one: Participant) -> Refused:
    hours = one.working_hours
    return Refused(
        "outside-working-hours",
        about=one.person_id,
        role=one.role,
        start=hours.start,
        end=hours.end,
        days=[_DAYS[day] for day in hours.days],
        time_zone=one.time_zone,
    )
