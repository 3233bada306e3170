"""How to speak of a bill or a line, from its sums and its dates alone."""

from __future__ import annotations

from datetime import date

import pytest

from portal.fees.bills.balance import Balance, balance_of
from portal.fees.receivables.states import BillState
from portal.kit.money import ZERO, Money

DUE = date(2026, 11, 15)
AFTER = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("outstanding", "held", "on", "more", "standing", "state"),
    [
        (1000, 0, DUE, {}, "due", BillState.issued),
        (1000, 0, AFTER, {}, "overdue", BillState.issued),
        (400, 0, AFTER, {}, "overdue", BillState.part_paid),
        (1000, 400, AFTER, {}, "overdue", BillState.issued),
        (1000, 1000, AFTER, {}, "under_review", BillState.issued),
        (1000, 0, AFTER, {"on_hold": True}, "on_hold", BillState.issued),
        (1000, 0, DUE, {"on_hold": True}, "due", BillState.issued),
        (0, 0, AFTER, {}, "paid", BillState.paid),
        (0, 0, AFTER, {"on_hold": True}, "paid", BillState.paid),
        (1000, 0, AFTER, {"replaced": True}, "replaced", BillState.replaced),
    ],
)
def test_what_is_held_or_on_hold_is_never_called_overdue(
    outstanding: int, held: int, on: date, more: dict[str, bool], standing: str, state: BillState
) -> None:
    balance = Balance(Money(1000), Money(outstanding), Money(held), DUE, on, **more)
    assert (balance.standing, balance.state) == (standing, state)
    assert balance.payable == Money(outstanding - held)


def test_what_credit_covers_is_not_asked_for_and_is_never_called_overdue() -> None:
    balance = Balance(Money(1000), Money(1000), Money(400), DUE, AFTER, covered=Money(250))
    assert (balance.payable, balance.asked, balance.standing) == (Money(600), Money(350), "overdue")
    covered = Balance(Money(1000), Money(1000), Money(400), DUE, AFTER, covered=Money(600))
    assert (covered.asked, covered.standing) == (ZERO, "covered")


def test_a_row_tells_all_of_a_balance() -> None:
    sums = {"fen": 1000, "outstanding": 900, "held": 200, "covered": 100, "fund": 50}
    row = {**sums, "due_on": DUE, "on_day": AFTER, "replaced": False, "on_hold": True}
    told = Balance(
        Money(1000), Money(900), Money(200), DUE, AFTER, on_hold=True, covered=Money(100), fund=Money(50)
    )  # fmt: skip
    assert balance_of(row) == told
    assert balance_of({**row, "replaced": True}).replaced


@pytest.mark.parametrize(("on", "days"), [(date(2026, 11, 1), 0), (DUE, 0), (date(2026, 11, 16), 1), (AFTER, 8)])
def test_days_overdue_begin_on_the_day_after_the_due_date(on: date, days: int) -> None:
    assert Balance(Money(1), Money(1), Money(0), DUE, on).days_overdue == days
