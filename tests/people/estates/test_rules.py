"""Working time and service-level deadlines, checked against a count of single minutes."""

import os
import time as process_time
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from portal.people.estates.rules import (
    STANDARD,
    Pause,
    WorkCalendar,
    add_working_days,
    add_working_hours,
    deadlines,
    paused,
    worked,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def here(text: str) -> datetime:
    """A moment on the wall clock of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def is_open(calendar: WorkCalendar, minute: datetime) -> bool:
    local = minute.astimezone(ZoneInfo(calendar.zone))
    return calendar.is_working(local.date()) and calendar.opens <= local.time() < (
        calendar.closes if calendar.closes != time.min else time.max
    )


def counted_in_minutes(calendar, start, minutes, stopped=lambda minute: False):
    """The end of the n-th working minute after start: the slow, obvious way."""
    now = start
    while minutes:
        minutes -= is_open(calendar, now) and not stopped(now)
        now += MINUTE
    return now.astimezone(UTC)


def within_opening_hours(calendar: WorkCalendar, moment: datetime) -> bool:
    return is_open(calendar, moment) or is_open(calendar, moment - MINUTE)


moments = st.integers(0, 144 * 24 * 60).map(lambda minutes: datetime(2026, 9, 10, tzinfo=UTC) + minutes * MINUTE)
calendars = st.builds(
    WorkCalendar,
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    opens=st.sampled_from([time(8, 30), time(9), time(10)]),
    closes=st.sampled_from([time(12), time(17, 30), time(18), time(0)]),
    overrides=st.dictionaries(st.dates(date(2026, 9, 10), date(2027, 2, 1)), st.booleans(), max_size=4),
)
lengths = st.integers(0, 6 * 24 * 60).map(lambda minutes: Fraction(minutes, 60))


@st.composite
def pauses(draw):
    began = draw(moments)
    return Pause(began, began + draw(st.integers(0, 5 * 24 * 60)) * MINUTE)


@given(calendars, moments, st.integers(1, 12 * 60))
@settings(max_examples=60, deadline=None)
def test_hours_up_to_a_working_day_equal_the_minutes_counted_one_by_one(calendar, start, minutes):
    day = calendar.opening(date(2026, 11, 23))
    minutes = min(minutes, (day.closes - day.opens) // MINUTE)
    assert add_working_hours(calendar, start, Fraction(minutes, 60)) == counted_in_minutes(calendar, start, minutes)


@given(calendars, moments, st.integers(0, 4 * 24 * 60))
@settings(max_examples=60, deadline=None)
def test_working_time_between_equals_the_minutes_counted_one_by_one(calendar, start, minutes):
    counted = sum(is_open(calendar, start + n * MINUTE) for n in range(minutes))
    assert worked(calendar, start, start + minutes * MINUTE) == counted * MINUTE


@given(calendars, moments, moments, lengths, lengths)
@settings(deadline=None)
def test_a_later_start_or_a_longer_promise_never_ends_sooner(calendar, one, other, short, long):
    one, other = sorted((one, other))
    short, long = sorted((short, long))
    assert add_working_hours(calendar, one, short) <= add_working_hours(calendar, other, short)
    assert add_working_hours(calendar, one, short) <= add_working_hours(calendar, one, long)


@given(calendars, moments, lengths, st.integers(1, 20))
@settings(deadline=None)
def test_a_deadline_never_lands_outside_opening_hours_or_before_its_start(calendar, start, hours, days):
    for due in (add_working_hours(calendar, start, hours), add_working_days(calendar, start, days)):
        assert due >= start
        assert due.tzinfo is UTC
        assert within_opening_hours(calendar, due) or not hours


@given(calendars, moments, st.integers(1, 20))
@settings(deadline=None)
def test_days_end_at_closing_time_of_the_nth_working_day(calendar, start, days):
    due = add_working_days(calendar, start, days)
    first = calendar.local(start).date() + DAY
    last = calendar.local(due - MINUTE).date()
    counted = [first + n * DAY for n in range((last - first).days + 1) if calendar.is_working(first + n * DAY)]
    assert len(counted) == days
    assert counted[-1] == last
    assert due == calendar.opening(last).closes


@given(moments, st.integers(1, 30), st.lists(pauses(), max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_paused_deadline_equals_the_minutes_counted_one_by_one(start, hours, stops):
    stops = [Pause(max(stop.began, start), max(stop.ended, start)) for stop in stops]
    minutes = hours * 60
    due = counted_in_minutes(CALENDAR, start, minutes)
    slow = counted_in_minutes(
        CALENDAR, start, minutes, lambda minute: any(stop.began <= minute < stop.ended for stop in stops)
    )
    assert paused(CALENDAR, due, stops) == slow


@given(calendars, moments, lengths, st.lists(pauses(), max_size=4), pauses())
@settings(deadline=None)
def test_one_more_pause_never_makes_a_deadline_sooner(calendar, start, hours, stops, more):
    due = add_working_hours(calendar, start, hours)
    assert due <= paused(calendar, due, stops) <= paused(calendar, due, [*stops, more])


@pytest.mark.parametrize(
    ("hours", "start", "due"),
    [
        (1, "2026-11-23 10:00", "2026-11-23 11:00"),
        (1, "2026-11-23 17:30", "2026-11-24 09:30"),
        (1, "2026-11-23 17:00", "2026-11-23 18:00"),
        (1, "2026-11-21 12:00", "2026-11-23 10:00"),
        (0, "2026-11-21 12:00", "2026-11-23 09:00"),
        (24, "2026-11-23 10:00", "2026-11-24 10:00"),
        (24, "2026-11-27 10:00", "2026-11-30 10:00"),
        (24, "2026-11-28 22:00", "2026-12-01 09:00"),
        (48, "2026-11-23 18:00", "2026-11-25 18:00"),
        (25, "2026-11-23 17:30", "2026-11-25 09:30"),
        (12, "2026-11-23 10:00", "2026-11-24 10:00"),
        (24, "2026-09-30 15:00", "2026-10-08 15:00"),
        (24, "2026-10-09 15:00", "2026-10-10 15:00"),
        (1, "2026-10-10 17:30", "2026-10-12 09:30"),
    ],
)
def test_hours_by_example(hours, start, due):
    assert add_working_hours(CALENDAR, here(start), hours) == here(due)


def test_the_standard_promise_over_national_day_2026():
    promised = deadlines(CALENDAR, here("2026-09-30 17:30"), STANDARD)
    assert promised.acknowledge == here("2026-10-08 09:30")
    assert promised.reply == here("2026-10-08 17:30")
    # 8 and 9 October, then Saturday the 10th, which is worked to make up for the holiday.
    assert promised.close == here("2026-10-10 18:00")


def test_a_published_working_weekend_and_a_holiday_on_a_weekday():
    assert CALENDAR.is_working(date(2026, 9, 20))
    assert not CALENDAR.is_working(date(2026, 10, 1))
    assert not CALENDAR.is_working(date(2026, 9, 19))


def test_an_override_beats_the_published_calendar():
    calendar = WorkCalendar(overrides={date(2026, 10, 10): False, date(2026, 10, 3): True})
    assert not calendar.is_working(date(2026, 10, 10))
    assert calendar.is_working(date(2026, 10, 3))


def test_a_year_that_nobody_published_counts_monday_to_friday_and_says_so():
    assert CALENDAR.knows(2026)
    assert not CALENDAR.knows(2099)
    assert not CALENDAR.knows(1999)
    assert [CALENDAR.is_working(date(2099, 10, day)) for day in range(1, 8)] == [True, True, False, False, *[True] * 3]


def test_an_open_pause_stops_the_clock_and_an_ended_one_moves_it_on():
    due = here("2026-11-24 10:00")
    asked = [Pause(here("2026-11-23 17:00"))]
    assert paused(CALENDAR, due, asked) is None
    answered = [Pause(here("2026-11-23 17:00"), here("2026-11-25 09:30"))]
    assert paused(CALENDAR, due, answered) == here("2026-11-25 11:30")


def test_a_pause_that_comes_too_late_saves_nothing():
    due = here("2026-11-23 10:00")
    late = [Pause(here("2026-11-23 11:00"))]
    assert paused(CALENDAR, due, late) == due


def test_summer_time_moves_the_clock_and_not_the_promise():
    berlin = WorkCalendar(zone="Europe/Berlin")
    start = datetime(2026, 10, 23, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert add_working_hours(berlin, start, 24) == datetime(2026, 10, 26, 10, tzinfo=ZoneInfo("Europe/Berlin"))


def test_the_time_zone_of_the_process_does_not_matter():
    before = os.environ.get("TZ")
    try:
        for zone in ("America/Los_Angeles", "Pacific/Kiritimati"):
            os.environ["TZ"] = zone
            process_time.tzset()
            assert add_working_hours(CALENDAR, here("2026-11-23 23:30"), 1) == here("2026-11-24 10:00")
            assert add_working_days(CALENDAR, here("2026-11-24 00:30"), 1) == here("2026-11-25 18:00")
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        process_time.tzset()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: WorkCalendar(opens=time(18), closes=time(9)),
        lambda: WorkCalendar(opens=time(9, tzinfo=UTC)),
        lambda: add_working_hours(CALENDAR, datetime(2026, 11, 23), 1),  # noqa: DTZ001
        lambda: add_working_hours(CALENDAR, here("2026-11-23 10:00"), -1),
        lambda: add_working_days(CALENDAR, here("2026-11-23 10:00"), 0),
        lambda: paused(CALENDAR, here("2026-11-23 10:00"), [Pause(here("2026-11-22 10:00"), here("2026-11-21 10:00"))]),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong()
