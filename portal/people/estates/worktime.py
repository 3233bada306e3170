"""An estate's working days and hours, and arithmetic with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

_DAY = timedelta(days=1)
_NONE = timedelta(0)


@dataclass(frozen=True)
class Opening:
    """One working day with its opening and closing moment, both in UTC."""

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class WorkCalendar:
    """A community's working days and opening hours.

    The days come from the published Chinese calendar, with its holidays and working weekends; `overrides` replaces
    single days (True: working). `closes` at 00:00 means midnight at the end of the day. Raises ValueError if it does
    not open before it closes, ZoneInfoNotFoundError for an unknown zone.
    """

    zone: str = "Asia/Shanghai"
    opens: time = time(9)
    closes: time = time(18)
    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        ZoneInfo(self.zone)
        if self.opens.tzinfo or self.closes.tzinfo or (self.closes != time.min and self.opens >= self.closes):
            raise ValueError("opening hours are local times, and opening comes before closing")

    def knows(self, year: int) -> bool:
        """Whether the published holidays of the year are known; otherwise it counts Monday to Friday."""
        return _published(date(year, 1, 1)) is not None

    def is_working(self, day: date) -> bool:
        """Whether the community works on this day."""
        if day in self.overrides:
            return self.overrides[day]
        published = _published(day)
        return day.weekday() < 5 if published is None else published

    def local(self, moment: datetime) -> datetime:
        """The moment on the community's clock. Raises ValueError for a moment without a zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return moment.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        """The moment, in UTC, when the community's clock shows this time."""
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)

    def opening(self, day: date) -> Opening:
        """The opening hours of a day, whether it is a working day or not."""
        opens = self.at(day, self.opens)
        closes = self.at(day + _DAY, time.min) if self.closes == time.min else self.at(day, self.closes)
        # Where clocks are put forward inside the opening hours, the day may vanish, but never run backwards.
        return Opening(day, opens, max(opens, closes))

    def openings(self, start: datetime) -> Iterator[Opening]:
        """The working days in order, from the first that has not closed before `start`."""
        day = self.local(start).date() - _DAY
        while True:
            if self.is_working(day) and (opening := self.opening(day)).closes >= start:
                yield opening
            day += _DAY

    def working_day(self, day: date, number: int) -> date:
        """The `number`-th working day after a day, which itself does not count. `number` is 1 or more."""
        while number:
            day += _DAY
            number -= self.is_working(day)
        return day


@cache
def _published(day: date) -> bool | None:
    """Whether the published calendar has a day as working; None in a year that it does not cover."""
    try:
        works: bool | None = chinese_calendar.is_workday(day)
        return works
    except NotImplementedError:
        return None


def worked(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments; zero if the end is not after the start."""
    calendar.local(end)
    spent = _NONE
    if end <= start:
        return spent
    for opening in calendar.openings(start):
        if opening.opens >= end:
            break
        spent += min(opening.closes, end) - max(opening.opens, start)
    return spent


def after(calendar: WorkCalendar, start: datetime, span: timedelta) -> datetime:
    """The first moment in opening hours, closing time included, by which `span` of working time has passed."""
    for opening in calendar.openings(start):
        begin = max(opening.opens, start)
        if opening.closes - begin >= span:
            return (begin + span).astimezone(UTC)
        span -= opening.closes - begin
    raise AssertionError("there is always another working day")


def add_working_hours(calendar: WorkCalendar, start: datetime, hours: int | Fraction | timedelta) -> datetime:
    """The deadline `hours` after `start`, in UTC, always within opening hours.

    "Reply in 24 hours" promises an answer at the same time tomorrow, so whole 24 hours are working days: the same
    time of the next working day. What is left over is counted in opening hours, but never as more than a
    working day; otherwise 23 hours at nine a day would end later than 24. A start outside opening hours counts
    from the next opening. Raises ValueError for negative hours or a start without a zone.
    """
    span = hours if isinstance(hours, timedelta) else timedelta(microseconds=int(Fraction(hours) * 3_600_000_000))
    days, rest = divmod(span, _DAY)
    if days < 0:
        raise ValueError("working time is added, never taken away")
    begin = _days_later(calendar, start, days) if days else start
    counted = after(calendar, begin, rest)
    return min(counted, _days_later(calendar, begin, 1)) if rest else counted


def add_working_days(calendar: WorkCalendar, start: datetime, days: int) -> datetime:
    """The closing time, in UTC, of the `days`-th working day after the day of `start`.

    The day of `start` never counts, whatever the hour and whether or not it is a working day. Raises ValueError
    below one day.
    """
    if days < 1:
        raise ValueError("a deadline in working days needs at least one")
    return calendar.opening(calendar.working_day(calendar.local(start).date(), days)).closes


def _days_later(calendar: WorkCalendar, start: datetime, days: int) -> datetime:
    """The same time `days` working days later, counted from the first moment within opening hours."""
    now = next(calendar.openings(start))
    begin = max(now.opens, start)
    then = calendar.opening(calendar.working_day(now.day, days))
    if begin == now.closes:
        return then.closes
    same_time = calendar.at(then.day, calendar.local(begin).time())
    return min(max(same_time, then.opens), then.closes)


def public_holiday(day: date) -> bool:
    """Whether a day is off for a holiday with a name; weekends are not, and working weekends are not.

    In years that are not published yet, no day is known to be one.
    """
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(off and name)
