"""How money is spread over the selected lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money, total

NOTHING_CHOSEN = N_("Choose at least one bill to pay.")
SETTLED = N_("Part of your selection has already been paid. Please look at your bills again.")
ALL_HELD = N_(
    "Everything you selected is under review, so there is nothing to pay now. To pay it anyway, select its line."
)
TOO_LITTLE = N_("The amount must be more than zero.")
TOO_MUCH = N_("That is more than can be paid for your selection: %(payable)s.")


@dataclass(frozen=True)
class ChosenLine:
    """A chosen line with what it owes now. `explicit`: the line itself was ticked, not only its bill.

    `covered` is what the debtor's credit covers of the free part; `fund`: it is owed to the maintenance fund.
    """

    line: UUID
    bill: UUID
    bill_number: int
    position: int
    due_on: date
    outstanding: Money
    held: Money
    explicit: bool = False
    covered: Money = ZERO
    fund: bool = False

    @property
    def free(self) -> Money:
        """The part that is not under review."""
        return max(self.outstanding - self.held, ZERO)

    @property
    def payable(self) -> Money:
        """What is meant without an amount: the free part; of a ticked line wholly under review, all of it."""
        return (self.free or self.outstanding) if self.explicit else self.free

    @property
    def asked(self) -> Money:
        """What is asked for without an amount: payable, less what credit covers."""
        return self.payable - self.covered

    @property
    def most(self) -> Money:
        """The most that may be paid: for a ticked line all of it, held or not."""
        return self.outstanding if self.explicit else self.free


@dataclass(frozen=True)
class Part:
    """The part of a payment meant for a line: the payer's designation (Civil Code 560)."""

    line: UUID
    amount: Money


def designate(lines: Sequence[ChosenLine], amount: Money | None = None) -> tuple[Part, ...]:
    """Spread an amount over the chosen lines; the parts add up to it exactly.

    Without an amount, it is what is asked for them, net of credit; if credit covers all of it, all that is payable.

    Lines are filled by due date, the earliest first, and in proportion on the same day, by largest remainder with ties
    in the order of lines (Civil Code 560). A part under review gets money only after everything else is filled.
    Raises Refused if something chosen is paid already or nothing of it is payable now, Invalid("amount") if the amount
    is not above zero or is more than may be paid.
    """
    if not lines:
        raise Invalid("bill", NOTHING_CHOSEN)
    _refuse_what_is_settled(lines)
    ordered = sorted(lines, key=lambda one: (one.bill_number, one.position))  # `spread` goes by the due date
    payable = total(one.payable for one in ordered)
    if not payable:
        raise Refused(ALL_HELD)
    wanted = (total(one.asked for one in ordered) or payable) if amount is None else amount
    if wanted <= ZERO:
        raise Invalid("amount", TOO_LITTLE)
    if wanted <= payable:
        return spread(wanted, [(one.line, one.due_on, one.payable) for one in ordered])
    if wanted > (most := total(one.most for one in ordered)):
        raise Invalid("amount", TOO_MUCH, payable=most)
    return spread(wanted, [(one.line, one.due_on, one.most) for one in ordered])


def _refuse_what_is_settled(lines: Sequence[ChosenLine]) -> None:
    """Refuse a ticked line or bill that owes nothing: the page that it came from is out of date."""
    owed: dict[UUID, int] = {}
    for one in lines:
        if one.explicit and one.outstanding <= ZERO:
            raise Refused(SETTLED)
        owed[one.bill] = owed.get(one.bill, 0) + one.outstanding.fen
    if any(fen <= 0 for fen in owed.values()):
        raise Refused(SETTLED)


def spread(wanted: Money, limits: Sequence[tuple[UUID, date, Money]]) -> tuple[Part, ...]:
    """Fill lines (id, due date, limit) up to their limits: the earliest due date first, the same date in proportion.

    Equal remainders are served in the order given. What exceeds all limits remains. The sum that a credit covers is
    spread by the same rule; `owed_by` in fees/receivables/guards.sql does the same for SQL statements.
    """
    parts: list[Part] = []
    for _due, same_day in groupby(sorted(limits, key=lambda one: one[1]), key=lambda one: one[1]):
        due = [(line, limit) for line, _on, limit in same_day]
        applied = min(wanted, total(limit for _line, limit in due))
        if applied:
            shares = applied.share([limit.fen for _line, limit in due])
            parts += [Part(line, share) for (line, _limit), share in zip(due, shares, strict=True) if share]
            wanted -= applied
    return tuple(parts)


def allocate(
    received: Money, designation: Sequence[Part], outstanding: Mapping[UUID, Money]
) -> tuple[tuple[Part, ...], Money]:
    """Apply money to the lines it was meant for, to each at most what it still owes; the rest is the surplus.

    Never moves money to a line that the payer did not choose.
    """
    applied: list[Part] = []
    remaining = received
    for part in designation:
        taken = min(part.amount, outstanding.get(part.line, ZERO), remaining)
        if taken > ZERO:
            applied.append(Part(part.line, taken))
            remaining -= taken
    return tuple(applied), remaining


def take_back(wanted: Money, live: Sequence[tuple[UUID, Money]]) -> tuple[tuple[UUID, Money], ...]:
    """The payments, newest first, from which to take back `wanted` of a line. Raises ValueError if they have less."""
    taken: list[tuple[UUID, Money]] = []
    for payment, applied in live:
        part = min(wanted, applied)
        if part > ZERO:
            taken.append((payment, part))
            wanted -= part
    if wanted:
        raise ValueError("more to take back than was ever applied")
    return tuple(taken)
