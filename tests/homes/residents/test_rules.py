"""From when to when somebody may be bound."""

from datetime import date, timedelta

import pytest

from portal.homes.residents import rules
from portal.homes.residents.rules import check_days
from portal.homes.residents.states import BoundAs
from portal.kit.errors import Invalid

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def refused(starts_on: date, ends_on: date | None = None, *, role: BoundAs = BoundAs.tenant,
            since: date | None = None) -> str:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        check_days(role, starts_on, ends_on, today=TODAY, owned_since=since)
    return refused.value.sentence.text


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (TODAY, None),
        (TODAY, TODAY),
        (date(2025, 11, 23), TODAY),  # a year ago, a leap year too
        (date(2027, 2, 24), None),  # three months ahead
        (TODAY, date(2046, 11, 23)),
    ],
)
def test_days_that_an_owner_may_choose(starts_on: date, ends_on: date | None) -> None:
    check_days(BoundAs.tenant, starts_on, ends_on, today=TODAY, owned_since=starts_on)


def test_days_that_cannot_be() -> None:
    assert refused(TODAY, since=TODAY + DAY) == rules.BEFORE_OWNING
    assert refused(date(2025, 11, 22)) == rules.TOO_EARLY
    assert refused(date(2027, 2, 25)) == rules.TOO_LATE
    assert refused(TODAY, TODAY - DAY) == rules.BACKWARDS
    assert refused(TODAY - 9 * DAY, TODAY - DAY) == rules.OVER


def test_a_lease_runs_for_twenty_years_at_most_but_family_is_no_lease() -> None:
    assert refused(TODAY, date(2046, 11, 24)) == rules.TOO_LONG
    check_days(BoundAs.family, TODAY, date(2066, 1, 1), today=TODAY, owned_since=None)
    leap = date(2028, 2, 29)
    with pytest.raises(Invalid):
        check_days(BoundAs.tenant, leap, date(2048, 2, 29), today=leap, owned_since=None)
    check_days(BoundAs.tenant, leap, date(2048, 2, 28), today=leap, owned_since=None)


def test_a_lease_of_a_leap_day_ends_with_february_where_the_last_year_has_none() -> None:
    leap = date(2080, 2, 29)  # 2100 is no leap year
    check_days(BoundAs.tenant, leap, date(2100, 2, 28), today=leap, owned_since=None)
    with pytest.raises(Invalid):
        check_days(BoundAs.tenant, leap, date(2100, 3, 1), today=leap, owned_since=None)
