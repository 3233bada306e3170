"""Rates, spans, and which small groups are not told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.accounts.statements.suppression import SMALL, few, suppressed, told_apart
from portal.kit.i18n import Sentence
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.reports.collection import collection_report
from portal.overview.reports.rules import Collection, Report, ReportRow, Span, discreetly, median, rate

NOW = Month(2026, 11)


def test_the_real_month() -> None:
    """308,970.85 received of 327,509.10 billed (derived)."""
    found = Collection(Money(32750910), Money(30897085), Money(0), Money(0))
    assert found.current and round(found.current * 100, 1) == Decimal("94.3")
    assert found.old is None, "nothing owed is no rate, never 0 %"
    assert found.combined == found.current


def test_the_combined_rate_is_both_of_both() -> None:
    found = Collection(Money(1000), Money(900), Money(500), Money(300), 10, 8)
    assert (found.current, found.old, found.combined) == (Decimal("0.9"), Decimal("0.6"), Decimal("0.8"))
    assert found.by_home == Decimal("0.8")


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, None, ("2026-11", "2026-11")), ("2026-01", "2026-03", ("2026-01", "2026-03")),
        ("2026-05", "2026-03", ("2026-03", "2026-03")), ("2026-05", "2030-01", ("2026-05", "2026-11")),
        ("1990-01", None, ("2023-12", "2026-11")), (None, "2026-02", ("2026-02", "2026-02")),
    ],
)  # fmt: skip
def test_months_asked_for(first: str | None, last: str | None, months: tuple[str, str]) -> None:
    asked = (Month.parse(one) if one else None for one in (first, last))
    span = Span.of(*asked, NOW)
    assert (str(span.first), str(span.last)) == months


def test_the_middle_one_is_one_that_happened() -> None:
    assert (median([]), median([5]), median([9, 1]), median([3, 1, 2])) == (None, 5, 1, 2)
    assert rate(1, 0) is None and rate(0, 4) == 0


groups = st.lists(st.integers(0, 40), max_size=9)


@given(groups)
def test_who_knows_the_sum_learns_of_no_small_group(counts: list[int]) -> None:
    hidden = suppressed(counts)
    told = [count for count, hide in zip(counts, hidden, strict=True) if not hide]
    assert not any(few(count) for count in told)
    left = sum(counts) - sum(told)
    if any(hidden):
        # All together they are none that is few, or nothing else is there to hide them in.
        assert left >= SMALL or not any(told)
        assert sum(hidden) > 1 or not any(told)


@given(groups)
def test_nothing_is_hidden_where_nothing_is_small(counts: list[int]) -> None:
    if not any(few(count) for count in counts):
        assert not any(suppressed(counts))


# Whoever knows the roll, every home and its fee, reads what the report tells a committee of one closing.
fees = st.lists(st.integers(100, 99999), max_size=14, unique=True)


@given(fees, st.data())
def test_what_is_told_of_a_roll_never_stems_from_few_homes(roll: list[int], data: st.DataObject) -> None:
    paid = data.draw(st.sets(st.sampled_from(roll))) if roll else set()
    found = Collection(Money(sum(roll)), Money(sum(paid)), Money(0), Money(0), len(roll), len(paid))
    report = collection_report(found, discreet=True)
    told = [figure for row in report.rows for figure in row.figures] + [note.facts.get("paid") for note in report.notes]
    groups = (len(roll), len(paid), len(roll) - len(paid))
    if any(0 < group < SMALL for group in groups):
        tells = {Money(sum(roll)), Money(sum(paid)), found.current, found.homes_paid} - {Money(0), Decimal(0), None, 0}
        assert not tells & set(told), "neither a sum, a rate nor a number of it"
    else:
        assert report.rows[0].figures == (Money(sum(roll)), Money(sum(paid)), found.current)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 99)), max_size=6))
def test_a_report_is_discreet_where_it_counts_few(counted: list[tuple[int, int]]) -> None:
    rows = [ReportRow(Sentence("x"), (count, hours), count) for count, hours in counted]
    report = discreetly(Report("x", "x", Sentence("x"), ("x", "x", "x"), rows))
    for (count, hours), row in zip(counted, report.rows, strict=True):
        assert row.figures in ((count, hours), (None, None)) and not (few(count) and row.figures[0])
    assert bool(report.notes) == any(few(count) for count, _hours in counted)


homes = st.dictionaries(st.integers(1, 12), st.integers(1, 9999), max_size=12)


@given(st.lists(homes, max_size=5), st.lists(homes, max_size=5), st.data())
def test_who_kept_the_file_of_the_month_before_learns_of_no_few_homes(
    now: list[dict[int, int]], then: list[dict[int, int]], data: st.DataObject
) -> None:
    if now and then:  # most of a group stays from month to month
        home = data.draw(st.integers(1, 12))
        now = [*now, {key: fen for key, fen in then[0].items() if key != home}]
    hidden = suppressed([len(group) for group in now], told_apart(now, then))
    for group in (one for one, hide in zip(now, hidden, strict=True) if not hide and one):
        for earlier in then:
            gone = {key for key in {*group, *earlier} if group.get(key) != earlier.get(key)}
            assert not 0 < len(gone) < SMALL, "the difference of the two sums would be theirs"
