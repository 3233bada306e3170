"""Which months former owners owe, when a home may change hands, and how shares add up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from portal.fees.tariffs.rules import Days, TariffVersion, UnitCharge, anchor_of, versions_by_day
from portal.fees.tariffs.states import Formula
from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.kit.period import Month

LATEST = timedelta(days=366)  # a later date is a typing error, and the owners then are not known yet
PARTS = 10**8  # shares are stored with eight decimals
DAY = timedelta(days=1)

BEFORE_HANDOVER = N_("The home was handed over on %(day)s. Enter that day or a later one.")
FAR_AHEAD = N_("Enter a day no later than %(day)s. Record later changes closer to the time.")
TAKEN = N_("A change of ownership on %(day)s is already recorded. Enter a later day.")
BILLED = N_(
    "Bills up to %(last)s have been issued to the current owners and stay with them. Enter %(next)s or a later day."
)
PART_MISSING = N_("Enter every owner's share, or none if they own the home jointly.")
NOT_WHOLE = N_("The shares add up to %(sum)s. Make them add up to 1.")
NO_SHARE = N_("A share must be above zero and at most 1.")
SAME_OWNERS = N_("These are already the owners. Enter who owns the home from that day.")
TWICE = N_("This person is entered twice. Keep one of the two.")


@dataclass(frozen=True, slots=True)
class Turn:
    """The months of one item around the change; the owners on `decided_on` owe them."""

    item: str
    first: Month
    last: Month
    decided_on: date
    stays: bool

    @property
    def next(self) -> Month:
        """The first month after it."""
        return self.last + 1


@dataclass(frozen=True, slots=True)
class Reach:
    """The limits for the day of a change: handover, the latest first day of an owner, the last day billed."""

    handed_over_on: date | None
    owned_from: date | None
    decided_until: date | None


def check_day(starts_on: date, reach: Reach, today: date) -> None:
    """Raises Invalid for a day on which the change may not take effect, naming one on which it may."""
    if reach.handed_over_on and starts_on < reach.handed_over_on:
        raise Invalid("starts_on", BEFORE_HANDOVER, day=reach.handed_over_on)
    if starts_on > today + LATEST:
        raise Invalid("starts_on", FAR_AHEAD, day=today + LATEST)
    if reach.owned_from and starts_on <= reach.owned_from:
        raise Invalid("starts_on", TAKEN, day=reach.owned_from)
    if reach.decided_until and starts_on <= reach.decided_until:
        raise Invalid("starts_on", BILLED, last=reach.decided_until, next=reach.decided_until + DAY)


def shares_of(typed: Sequence[tuple[int, Fraction | None]]) -> list[Decimal | None]:
    """The owners' shares with eight decimals, adding up to exactly 1; all None if nobody entered one.

    Each comes with the number of its row. A single owner has the whole. Raises Invalid at the row to correct if some
    are missing, out of range or not a whole; 0.33333333 three times is a whole.
    """
    if len(typed) == 1 and typed[0][1] is None:
        return [Decimal(1)]
    given = [share for _, share in typed if share is not None]
    if not given:
        return [None] * len(typed)
    for number, share in typed:
        if share is None:
            raise Invalid(f"share_{number}", PART_MISSING)
        if not 0 < share <= 1:
            raise Invalid(f"share_{number}", NO_SHARE)
    whole = sum(given, Fraction(0))
    if abs(whole - 1) > Fraction(len(given), PARTS):
        raise Invalid(f"share_{typed[0][0]}", NOT_WHOLE, sum=f"{Decimal(whole.numerator) / whole.denominator:.4f}")
    return _rounded([share / whole for share in given])


def _rounded(shares: Sequence[Fraction]) -> list[Decimal | None]:
    """Rounded down to eight decimals, with the rest going to the largest remainders."""
    floors = [int(share * PARTS) for share in shares]
    order = sorted(range(len(shares)), key=lambda n: (floors[n] - shares[n] * PARTS, n))
    for n in order[: PARTS - sum(floors)]:
        floors[n] += 1
    return [Decimal(part).scaleb(-8) for part in floors]


def turns(
    tariffs: Iterable[TariffVersion],
    charges: Sequence[UnitCharge],
    use: str,
    handed_over_on: date | None,
    starts_on: date,
) -> list[Turn]:
    """For each item of a home, the cycle of the change, in the order of the price book.

    The owners on the cycle's first chargeable day owe all of it (see billing), so a change inside a month or a longer
    cycle leaves it to the former owners. Items that are not charged then are left out.
    """
    by_item: dict[str, list[TariffVersion]] = {}
    for version in tariffs:
        by_item.setdefault(version.item, []).append(version)
    result = [
        _turn(
            item,
            versions,
            rows=[c for c in charges if c.item == item],
            use=use,
            handed_over_on=handed_over_on,
            starts_on=starts_on,
        )
        for item, versions in by_item.items()
    ]
    return [turn for turn in result if turn]


def _turn(
    item: str,
    versions: list[TariffVersion],
    rows: list[UnitCharge],
    use: str,
    handed_over_on: date | None,
    starts_on: date,
) -> Turn | None:
    month = Month.of(starts_on)
    held = [(days, v) for days, v in versions_by_day(versions, use) if days.meet(Days(month.first, month.last))]
    if not held or (held[0][1].formula is Formula.per_quantity and not any(row.quantity for row in rows)):
        return None
    cycle = held[0][1].cycle_months
    first = month + -(month.since(anchor_of(versions)) % cycle)
    window = Days(max(first.first, handed_over_on or date.min), (first + (cycle - 1)).last)
    charged = [row.days for row in rows if row.quantity != 0] if rows else [Days()]
    met = [both for days, _v in versions_by_day(versions, use) for c in charged if (both := _meet(window, days, c))]
    if not met:
        return None
    decided_on = min(days.first for days in met)
    return Turn(item, first, first + (cycle - 1), decided_on, decided_on < starts_on)


def _meet(window: Days, *others: Days) -> Days | None:
    result: Days | None = window
    for days in others:
        result = result.meet(days) if result else None
    return result
