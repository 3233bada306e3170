"""The balance of a bill or line on a day, and how to describe it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from portal.fees.receivables.states import BillState
from portal.kit.money import ZERO, Money


class Parts(Protocol):
    """A row with the parts of a balance, read from the database or computed."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True)
class Balance:
    """The balance of a bill or a line on a day. `fen` is the sum issued plus adjustments.

    `covered` is the part of `payable` that the debtor's credit covers, so it is not asked for. `fund` is the part owed
    to the maintenance fund, which belongs to all owners.
    """

    fen: Money
    outstanding: Money
    held: Money
    due_on: date
    on: date
    replaced: bool = False
    on_hold: bool = False
    covered: Money = ZERO
    fund: Money = ZERO

    @property
    def payable(self) -> Money:
        """The outstanding sum, less what is on hold."""
        return self.outstanding - self.held

    @property
    def asked(self) -> Money:
        """The sum to be paid: payable, less what credit covers."""
        return self.payable - self.covered

    @property
    def state(self) -> BillState:
        """The state of the bill, computed and never stored."""
        if self.replaced:
            return BillState.replaced
        if not self.outstanding:
            return BillState.paid
        return BillState.part_paid if self.outstanding < self.fen else BillState.issued

    @property
    def standing(self) -> str:
        """The word for it: paid, replaced, under_review, covered, on_hold, overdue or due.

        What is covered or held is never overdue, and nothing is overdue while a kept plan holds the whole case.
        """
        if self.state in (BillState.paid, BillState.replaced):
            return self.state.value
        if not self.payable:
            return "under_review"
        if not self.asked:
            return "covered"
        if self.due_on >= self.on:
            return "due"
        return "on_hold" if self.on_hold else "overdue"

    @property
    def days_overdue(self) -> int:
        """Days since the due date; 0 before it and on it."""
        return max((self.on - self.due_on).days, 0)


def balance_of(row: Parts) -> Balance:
    """The balance in a row whose columns are named as in `BILL`; sums in fen."""
    return Balance(
        fen=Money(row["fen"]),
        outstanding=Money(row["outstanding"]),
        held=Money(row["held"]),
        due_on=row["due_on"],
        on=row["on_day"],
        replaced=row["replaced"],
        on_hold=row["on_hold"],
        covered=Money(row["covered"]),
        fund=Money(row["fund"]),
    )
