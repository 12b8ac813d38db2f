"""Days, hours and places as people write them in a language, and by whose clock."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location

from shared.language.values.zones import zone_of
from shared.web.wording import locale


def day(value: date, language: str) -> str:
    """«2 March 2026»."""
    return format_date(value, "long", locale=locale(language))


def weekday(value: datetime, zone: str, language: str) -> str:
    """«Mon, 2 Mar», in that time zone."""
    return format_skeleton("MMMEd", value.astimezone(zone_of(zone)), locale=locale(language))


def clock(value: datetime, zone: str, language: str) -> str:
    """«09:00», in that time zone."""
    return format_time(value.astimezone(zone_of(zone)), "short", locale=locale(language))


@lru_cache(maxsize=8192)
def place(zone: str, language: str) -> str:
    """The city of a time zone, or its country."""
    known = get_timezone_location(zone_of(zone), locale=locale(language), return_city=True)
    return known.rpartition("/")[2]
