"""What late payment costs: simple, by the day, capped, and the same again from the same facts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from portal.collection.late_charges.rules import (
    NoPrimeRate,
    Pause,
    PrimeRate,
    Principal,
    Stretch,
    Terms,
    net_of_credit,
    stretches,
    sum_of,
)
from portal.collection.late_charges.states import Start
from portal.kit.money import ZERO, Money
from portal.kit.period import Month

OCTOBER = Month(2026, 10)
DAY = timedelta(days=1)
LOW = Terms(date(2026, 1, 1), Decimal("0.00005"), Decimal("1.3"), Start.due, 15, "第十二条")
HIGH = Terms(date(2026, 1, 1), Decimal("0.003"), Decimal("1.3"), Start.due, 15, "第十二条")
AFTER_DEMAND = Terms(date(2026, 1, 1), Decimal("0.00005"), Decimal("1.3"), Start.demand, 15, "第十二条")
LPR = [PrimeRate(date(2025, 5, 20), Decimal("0.03"))]


def costs(line: Principal, *terms: Terms, month: Month = OCTOBER) -> list[tuple[int, int, int]]:
    """(first day, days, fen still owed) of each stretch of the month."""
    return [(s.first.day, s.days, s.base.fen) for s in stretches(line, month, terms or (LOW,), LPR)]


def test_days_count_from_the_day_after_the_due_date() -> None:
    assert costs(Principal(date(2026, 10, 10), Money(30_000))) == [(11, 21, 30_000)]


def test_whoever_pays_on_a_day_owes_nothing_for_it() -> None:
    line = Principal(date(2026, 10, 10), Money(30_000), ((date(2026, 10, 13), Money(10_000)),))
    assert costs(line) == [(11, 2, 30_000), (13, 19, 20_000)]
    assert not costs(Principal(date(2026, 10, 10), Money(30_000), ((date(2026, 10, 11), Money(30_000)),)))


def test_what_is_held_does_not_count_and_a_hold_on_everything_stops_it() -> None:
    part = Pause(date(2026, 10, 12), date(2026, 10, 15), Money(10_000))
    whole = Pause(date(2026, 10, 20), None)
    line = Principal(date(2026, 10, 10), Money(30_000), pauses=(part, whole))
    assert costs(line) == [(11, 1, 30_000), (12, 4, 20_000), (16, 4, 30_000)]


def test_without_terms_or_at_a_rate_of_zero_nothing_is_charged() -> None:
    line = Principal(date(2026, 8, 10), Money(30_000))
    off = Terms(date(2026, 10, 16), Decimal(0), Decimal("1.3"), Start.due, 15, "停收")
    assert stretches(line, OCTOBER, [], LPR) == []
    assert costs(line, LOW, off) == [(1, 15, 30_000)]
    assert costs(line, off, LOW) == [(1, 15, 30_000)], "the order of the list says nothing of days"


def test_of_two_versions_of_one_day_the_later_one_counts() -> None:
    again = Terms(LOW.starts_on, Decimal(0), Decimal("1.3"), Start.due, 15, "更正")
    assert costs(Principal(date(2026, 8, 10), Money(30_000)), LOW, again) == []


def test_after_a_demand_days_count_from_the_end_of_its_time() -> None:
    never = Principal(date(2026, 8, 10), Money(30_000))
    assert costs(never, AFTER_DEMAND) == []
    demanded = Principal(date(2026, 8, 10), Money(30_000), demanded_on=date(2026, 10, 3))
    assert costs(demanded, AFTER_DEMAND) == [(19, 13, 30_000)]


def test_the_cap_by_hand() -> None:
    (one,) = stretches(Principal(date(2026, 9, 10), Money(100_000)), OCTOBER, [HIGH], LPR)
    assert one.rate == Fraction(13, 10) * Fraction(3, 100) / 365 < Fraction(HIGH.daily_rate)
    assert sum_of([one]) == Money(331), "1000 × 1.3 × 3 % ÷ 365 × 31 days = 3.3123 yuan"
    (low,) = stretches(Principal(date(2026, 9, 10), Money(100_000)), OCTOBER, [LOW], LPR)
    assert (low.rate, sum_of([low])) == (Fraction(5, 100_000), Money(155))


def test_a_new_prime_rate_begins_a_new_stretch() -> None:
    primes = [*LPR, PrimeRate(date(2026, 10, 20), Decimal("0.02"))]
    found = stretches(Principal(date(2026, 9, 10), Money(100_000)), OCTOBER, [HIGH], primes)
    assert [(s.first.day, s.days, s.prime) for s in found] == [(1, 19, Decimal("0.03")), (20, 12, Decimal("0.02"))]


def test_without_a_prime_rate_nothing_can_be_charged() -> None:
    with pytest.raises(NoPrimeRate):
        stretches(Principal(date(2026, 9, 10), Money(100_000)), OCTOBER, [LOW], [])
    paid = Principal(date(2026, 9, 10), Money(100_000), ((date(2026, 9, 11), Money(100_000)),))
    assert stretches(paid, OCTOBER, [LOW], []) == [], "what costs nothing needs none"


def test_what_the_company_holds_as_credit_costs_nothing_on_its_days() -> None:
    first, second = UUID(int=1), UUID(int=2)
    lines = {
        second: Principal(date(2026, 9, 10), Money(30_000)),
        first: Principal(date(2026, 8, 10), Money(20_000)),  # due earlier, so it is covered first
    }
    credit = [(date(2026, 10, 11), Money(25_000)), (date(2026, 10, 21), Money(-25_000))]
    net = net_of_credit(lines, credit, OCTOBER)
    assert costs(net[first]) == [(1, 10, 20_000), (21, 11, 20_000)]
    assert costs(net[second]) == [(1, 10, 30_000), (11, 10, 25_000), (21, 11, 30_000)]
    assert costs(net_of_credit(lines, [(date(2026, 10, 1), Money(-1))], OCTOBER)[first]) == [(1, 31, 20_000)]


amounts = st.integers(0, 500_000).map(Money)
days = st.integers(-40, 40).map(lambda n: OCTOBER.first + n * DAY)
lines = st.builds(
    Principal,
    due_on=days,
    amount=amounts,
    paid=st.lists(st.tuples(days, amounts), max_size=4).map(tuple),
    pauses=st.lists(st.builds(Pause, first=days, last=st.none() | days, amount=st.none() | amounts), max_size=3).map(
        tuple
    ),
    demanded_on=st.none() | days,
)
versions = st.lists(
    st.builds(
        Terms,
        starts_on=days,
        daily_rate=st.sampled_from([Decimal(0), Decimal("0.00005"), Decimal("0.0005"), Decimal("0.003")]),
        multiple=st.sampled_from([Decimal(1), Decimal("1.3"), Decimal(4)]),
        start=st.sampled_from(Start),
        demand_days=st.integers(7, 30),
        clause=st.just("第十二条"),
    ),
    max_size=3,
)


@given(lines, versions)
def test_stretches_are_the_days_of_an_oracle_that_looks_at_each_by_itself(line: Principal, terms: list[Terms]) -> None:
    whole = Fraction(0)
    for n in range(31):
        day = OCTOBER.first + n * DAY
        begun = sorted((t for t in terms if t.starts_on <= day), key=lambda t: t.starts_on)
        if not begun or not begun[-1].daily_rate:
            continue
        from_day = line.due_on if begun[-1].start is Start.due else line.demanded_on
        if from_day is None:
            continue
        if begun[-1].start is Start.demand:
            from_day += begun[-1].demand_days * DAY
        lasting = [p for p in line.pauses if p.first <= day and (p.last or day) >= day]
        if day <= from_day or any(p.amount is None for p in lasting):
            continue
        left = line.amount.fen - sum(m.fen for on, m in line.paid if on <= day)
        left -= sum(p.amount.fen for p in lasting if p.amount is not None)
        whole += max(0, left) * min(
            Fraction(begun[-1].daily_rate), Fraction(begun[-1].multiple) * Fraction(3, 100) / 365
        )
    found = stretches(line, OCTOBER, terms, LPR)
    assert 100 * sum((s.exact for s in found), Fraction(0)) == whole
    assert sum_of(found) >= ZERO
    assert all(not _join(a, b) for a, b in pairwise(found)), "a stretch is as long as it can be"


def _join(a: Stretch, b: Stretch) -> bool:
    same = (a.base, a.daily, a.multiple, a.prime) == (b.base, b.daily, b.multiple, b.prime)
    return same and a.last + DAY == b.first
