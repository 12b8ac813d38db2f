"""Whether a pair's session may move to another time."""

from datetime import datetime

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.planning.workdays import local_day, works
from shared.domain.errors import Refused

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def must_suit(programme: Programme, people: tuple[Participant, ...], starts_at: datetime, ends_at: datetime) -> None:
    """Raises Refused unless the programme runs and everybody takes part and works then."""
    if programme.over:
        raise Refused("The programme is over; its sessions no longer move.")
    for one in people:
        one.must_take_part()
        if local_day(starts_at, one.time_zone) >= programme.terms.ends_on.toordinal():
            raise Refused(f"Sessions take place before the programme ends on {programme.terms.ends_on}.")
        if not works(one.calendar, starts_at, ends_at):
            raise Refused(f"{_working_hours(one)} Please choose a time within them that is no public holiday there.")


def _working_hours(one: Participant) -> str:
    hours = one.working_hours
    days = ", ".join(_DAYS[day] for day in hours.days)
    return f"The {one.role.value}'s working hours are {hours.start} to {hours.end} on {days} ({one.time_zone})."
