"""Plan a pair's series: one session each cadence, at a steady local time, when both work and are free.

Everything here is arithmetic on what is passed in: the same question always gets the same answer.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Self

from shared.domain.working.days import Calendar, at, common_times, local_day, minute_of_day, moment
from shared.domain.working.hours import GRID, Span
from shared.language.reasons import Reason
from shared.language.terms import Terms

PREFERRED = 10 * 60
"""Mid-morning of the mentee, whose diary is usually the fuller one; minutes since midnight."""

FIRST_WITHIN = timedelta(days=10)
"""How soon a pair should meet, counted from the programme's start or from being formed."""

OFFERED_WITHIN = 60
"""Days in which other times for a session are offered."""

LOOK_AHEAD = 366
"""Days beyond the series' regular length in which a slot is still looked for."""


@dataclass(frozen=True)
class Plan:
    """Start and end (UTC) of every session found, and what is missing."""

    slots: tuple[tuple[datetime, datetime], ...]
    shortfall: Reason | None = None


@dataclass(frozen=True)
class _Search:
    """Looks for common free time; ``busy`` is sorted and disjoint, ``until`` the first day that is too late."""

    mentor: Calendar
    mentee: Calendar
    busy: tuple[Span, ...]
    busy_until: tuple[int, ...]
    bounds: Span
    length: int
    until: int

    @classmethod
    def of(cls, terms: Terms, mentor: Calendar, mentee: Calendar, busy: Iterable[Span], now: datetime) -> Self:
        zones = mentor.time_zone, mentee.time_zone
        first = [max(terms.starts_on.toordinal(), local_day(now, zone) + 1) for zone in zones]
        ends = min(terms.ends_on.toordinal(), max(first) + terms.plan.sessions * terms.plan.cadence_days + LOOK_AHEAD)
        bounds = (
            max(at(day, 0, zone) for day, zone in zip(first, zones, strict=True)),
            min(at(ends, 0, zone) for zone in zones),
        )
        taken = _merged(busy)
        return cls(mentor, mentee, taken, tuple(end for _, end in taken), bounds, terms.plan.minutes * 60, ends)

    def first_from(self, day: int, minute: int) -> tuple[int, int] | None:
        """The first day from then on with a free slot, and the start closest to that minute of the mentee's day."""
        for candidate in range(day, self.until):
            start = self.on(candidate, minute)
            if start is not None:
                return candidate, start
        return None

    def on(self, day: int, minute: int) -> int | None:
        """The start on that day closest to that minute of the mentee's."""
        ranges = [found for span in common_times(self.mentor, self.mentee, day) for found in self._free(span)]
        if not ranges:
            return None
        wanted = at(day, minute, self.mentee.time_zone)
        nearest = (min(max(wanted, first), last) for first, last in ranges)
        return min(nearest, key=lambda start: (abs(start - wanted), start))

    def _free(self, span: Span) -> Iterator[Span]:
        """First and last start in each stretch of the span in which neither is busy."""
        start, end = max(span[0], self.bounds[0]), min(span[1], self.bounds[1])
        for taken_from, taken_until in self.busy[bisect_right(self.busy_until, start) :]:
            if taken_from >= end:
                break
            yield from _starts((start, taken_from), self.length)
            start = taken_until
        yield from _starts((start, end), self.length)

    def steady_minute(self, days: Iterable[int]) -> int:
        """The minute of the mentee's day that suits most of these days, the closest to mid-morning among equals."""
        spans = chain.from_iterable(common_times(self.mentor, self.mentee, day) for day in days)
        starts = chain.from_iterable(_starts(span, self.length) for span in spans)
        zone = self.mentee.time_zone
        ranges = Counter((minute_of_day(first, zone), minute_of_day(last, zone)) for first, last in starts)

        def worth(minute: int) -> tuple[int, int, int]:
            suits = sum(count for (first, last), count in ranges.items() if first <= minute <= last)
            return suits, -abs(minute - PREFERRED), -minute

        return max({PREFERRED, *chain.from_iterable(ranges)}, key=worth)

    def ever_meet(self) -> bool:
        """Whether the working hours of the two have room for a session at all, busy or not."""
        days = range(moment(self.bounds[0]).toordinal() - 1, self.until)
        spans = chain.from_iterable(common_times(self.mentor, self.mentee, day) for day in days)
        return any(any(_starts(span, self.length)) for span in spans)


def plan(terms: Terms, mentor: Calendar, mentee: Calendar, busy: Iterable[Span], now: datetime) -> Plan:
    """The whole series, or as much of it as there is room for.

    ``busy``: when one of the two cannot. The first session is on the next common working day after ``now`` and
    after the programme's start; the others follow at the cadence or, where that day has no slot, on the next that
    has one; all are over before the programme's last day begins.
    """
    search = _Search.of(terms, mentor, mentee, busy, now)
    starts = _starts_of_series(terms, search)
    slots = tuple((moment(start), moment(start + search.length)) for start in starts)
    return Plan(slots, _shortfall(terms, search, slots, now))


def openings(
    terms: Terms, mentor: Calendar, mentee: Calendar, busy: Iterable[Span], now: datetime, most: int
) -> list[datetime]:
    """The next starts (UTC) that suit both, one a day, close to mid-morning of the mentee; fewer where few are near."""
    search = _Search.of(terms, mentor, mentee, busy, now)
    first = local_day(moment(search.bounds[0]), search.mentee.time_zone)
    found = (search.on(day, PREFERRED) for day in range(first, min(first + OFFERED_WITHIN, search.until)))
    return [moment(start) for start in islice((start for start in found if start is not None), most)]


def _starts_of_series(terms: Terms, search: _Search) -> list[int]:
    cadence, count = terms.plan.cadence_days, terms.plan.sessions
    opening = local_day(moment(search.bounds[0]), search.mentee.time_zone)
    first = search.first_from(opening, PREFERRED)
    if first is None:
        return []
    targets = [first[0] + nth * cadence for nth in range(count)]
    minute = search.steady_minute(day for day in targets if day < search.until)
    starts: list[int] = []
    earliest = opening
    for target in targets:
        found = search.first_from(max(target, earliest), minute)
        if found is None:
            break
        starts.append(found[1])
        # a session that had to wait must not fall on the heels of the next one
        earliest = found[0] + max(1, cadence // 2)
    return starts


def _shortfall(
    terms: Terms, search: _Search, slots: tuple[tuple[datetime, datetime], ...], now: datetime
) -> Reason | None:
    minutes, wanted = terms.plan.minutes, terms.plan.sessions
    last_day = date.fromordinal(search.until)
    if search.bounds[0] >= search.bounds[1]:
        return Reason("programme-ends-first", ends_on=terms.ends_on)
    if not slots and not search.ever_meet():
        return Reason("never-in-common", minutes=minutes, last_day=last_day)
    if not slots:
        return Reason("nothing-free-in-common", minutes=minutes, last_day=last_day)
    if len(slots) < wanted:
        return Reason("too-few-sessions", made=len(slots), count=wanted, last_day=last_day)
    begins = max(now, moment(at(terms.starts_on.toordinal(), 0, search.mentee.time_zone)))
    if slots[0][0] > begins + FIRST_WITHIN:
        return Reason("late-first-session", count=wanted, within=FIRST_WITHIN.days)
    return None


def _starts(span: Span, length: int) -> Iterator[Span]:
    """First and last start on the grid of something that long within the span; nothing when it does not fit."""
    first, last = -(-span[0] // GRID) * GRID, (span[1] - length) // GRID * GRID
    if first <= last:
        yield first, last


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)
