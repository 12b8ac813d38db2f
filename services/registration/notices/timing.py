"""When a letter may reach its reader: at work, unless it cannot wait; and not too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.registration.notices.letter import Because, Letter
from shared.domain.working.days import Calendar, local_day, moment, working_time

MOST_A_WEEK = 2
"""Letters to one person beside those that are owed to them."""
WEEK = timedelta(days=7)
AHEAD = 30
"""Days in which everybody has worked once."""


@dataclass(frozen=True)
class Letterbox:
    """One reader's: when they work, and how many letters they were sent in the last week that nobody owed them."""

    calendar: Calendar
    lately: int
    fewer: bool = False
    """Whether they want none but those that are owed to them."""


def decided(letter: Letter, box: Letterbox, now: datetime) -> Letter:
    """The letter as it is to be dealt with now: unchanged if it may go, else spared or put off."""
    if now - letter.to_go_at > letter.rule.lasts:
        return letter.spared(Because.TOO_LATE, now)
    if not letter.rule.owed and box.fewer:
        return letter.spared(Because.UNWANTED, now)
    if not letter.rule.owed and box.lately >= MOST_A_WEEK:
        return letter.spared(Because.ENOUGH, now)
    opens = now if letter.rule.at_once else at_work(box.calendar, now)
    return letter.put_off(opens) if opens > now else letter


def at_work(calendar: Calendar, now: datetime) -> datetime:
    """The first moment from now on at which they work; now, where that is within no month."""
    today = local_day(now, calendar.time_zone)
    for day in range(today - 1, today + AHEAD):
        span = working_time(calendar, day)
        if span and now.timestamp() < span[1]:
            return max(now, moment(span[0]))
    return now
