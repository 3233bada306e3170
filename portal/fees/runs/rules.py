"""The bill of a unit in a run, and the split of shared costs. Pure, so that a run can go batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from portal.fees.runs.drafts import BillDraft, LineDraft, Remark, RunResult, UnitCase, UnitResult, debtor_on
from portal.fees.runs.lines import NO_AREA, item_lines
from portal.fees.runs.schedule import Schedule, within
from portal.fees.tariffs.amounts import Share, share_weight, split
from portal.fees.tariffs.rules import Id, SharedCost, TariffVersion, UnitFacts
from portal.kit.i18n import N_, Sentence
from portal.kit.money import ZERO
from portal.kit.period import Month

Splits = Mapping[Id, Mapping[Id, Share]]  # cost -> unit -> its share

NO_OWNER = N_("%(unit)s has no owner on %(day)s, so nobody can be billed. Import the owner for that day.")
NO_TARIFF = N_("%(unit)s has a quantity for %(item)s, but no tariff applies to it. Import one for this use.")
NOBODY = N_("The cost of %(item)s in %(month)s for %(scope)s does not match any home. Check its scope, tariff and use.")
MIXED = N_("%(item)s is shared by area for some homes and equally for others. Use the same formula for all of them.")
BELOW_ZERO = N_("The cost of %(item)s in %(month)s for %(scope)s is below zero. Enter it as an adjustment.")


def gather(period: Month, results: Iterable[UnitResult], errors: Iterable[Remark] = ()) -> RunResult:
    """Join the results of several units or batches."""
    units = list(results)
    return RunResult(
        period,
        tuple(bill for u in units for bill in u.bills),
        (*errors, *(e for u in units for e in u.errors)),
        tuple(w for u in units for w in u.warnings),
    )


def lines_of_unit(case: UnitCase, schedule: Schedule, shares: Iterable[Share] = ()) -> UnitResult:
    """The bills of one unit, one for each debtor; `shares` (or `case.shares`) are its parts of shared costs.

    The first chargeable day in the billed period decides who owes an item. That is the period's first day unless the
    charge begins later: after a sale the seller still owes the month, or the whole cycle, of the sale.
    If nobody owns the unit on that day, it is an error.
    """
    owed: dict[tuple[Id, ...], list[LineDraft]] = {}
    errors: list[Remark] = []
    warnings: list[Remark] = []
    shared = (*case.shares, *shares)
    owners: dict[date, tuple[Id, ...]] = {}
    for item in schedule.items:
        result = item_lines(item, case, shared, schedule)
        errors += result.errors
        warnings += result.warnings
        for line in result.lines:
            if line.owed_on not in owners:
                owners[line.owed_on] = debtor_on(case.ties, line.owed_on)
            owed.setdefault(owners[line.owed_on], []).append(line)
    if nobody := owed.pop((), []):
        day = min(line.owed_on for line in nobody)
        errors.append(_remark("no_owner", NO_OWNER, unit=case.unit.name, day=day.isoformat()))
    warnings += _idle_charges(case, schedule)
    bills = (
        BillDraft(
            unit=case.unit,
            debtor=debtor,
            lines=tuple(lines),
            issued_on=schedule.issued_on,
            due_on=schedule.due_on,
            due_moved=schedule.due_moved,
        )
        for debtor, lines in owed.items()
    )
    return UnitResult(tuple(bills), tuple(errors), tuple(warnings))


def split_shared_costs(
    costs: Iterable[SharedCost], units: Iterable[UnitFacts], schedule: Schedule, frozen: Splits | None = None
) -> tuple[Splits, tuple[Remark, ...]]:
    """Every unit's share of each cost that this run bills, and the errors; done before any unit is billed.

    It needs all units of the community: every unit in scope whose use has a share tariff in that month has a weight,
    even if it is vacant or not handed over. The split of a cost that was billed before is taken from `frozen`.
    """
    units = list(units)
    splits: dict[Id, Mapping[Id, Share]] = {}
    errors: list[Remark] = []
    for cost in sorted(costs, key=lambda c: (c.period, c.item, c.scope)):
        windows = schedule.windows(cost.item)
        due = any(cost.period in months for months in windows.values()) or cost.period == schedule.period
        if frozen and cost.id in frozen:
            splits[cost.id] = frozen[cost.id]
        elif due and cost.amount:
            shares, wrong = _split(cost, units, schedule)
            splits[cost.id] = shares
            errors += wrong
    return splits, tuple(errors)


def shares_by_unit(splits: Splits) -> dict[Id, tuple[Share, ...]]:
    """The same shares, by unit."""
    by_unit: dict[Id, list[Share]] = {}
    for shares in splits.values():
        for unit, share in shares.items():
            by_unit.setdefault(unit, []).append(share)
    return {unit: tuple(shares) for unit, shares in by_unit.items()}


def _split(cost: SharedCost, units: list[UnitFacts], schedule: Schedule) -> tuple[Mapping[Id, Share], list[Remark]]:
    facts = {"item": cost.item, "month": str(cost.period), "scope": cost.scope}
    if cost.amount < ZERO:
        return {}, [_remark("negative_cost", BELOW_ZERO, **facts)]
    members: list[tuple[UnitFacts, TariffVersion, Decimal]] = []
    unknown: list[Remark] = []
    versions = {use: _sharing_version(cost, use, schedule) for use in {u.use for u in units}}
    for unit in units:
        version = versions[unit.use]
        if version and cost.covers(unit):
            weight = share_weight(version, unit)
            if weight is None:
                unknown.append(_remark("missing_area", NO_AREA, unit=unit.name, item=cost.item))
            else:
                members.append((unit, version, weight))
    if unknown:
        return {}, unknown
    if len({version.formula for _, version, _ in members}) > 1:
        return {}, [_remark("mixed_shares", MIXED, **facts)]
    if not any(weight for _, _, weight in members):
        return {}, [_remark("cost_without_units", NOBODY, **facts)]
    return split(cost, members), []


def _sharing_version(cost: SharedCost, use: str, schedule: Schedule) -> TariffVersion | None:
    """The share tariff on the first day of the cost's month on which the use has one."""
    month = within((cost.period,))
    return next((v for days, v in schedule.timeline(cost.item, use) if v.formula.shares and days.meet(month)), None)


def _idle_charges(case: UnitCase, schedule: Schedule) -> list[Remark]:
    """Quantities that no tariff charges in this month; usually the tariff is for another use."""
    month = schedule.days
    idle = dict.fromkeys(
        row.item
        for row in case.charges
        if row.quantity != 0 and not schedule.charges(row.item, case.unit.use) and row.days.meet(month)
    )
    return [_remark("charge_without_tariff", NO_TARIFF, unit=case.unit.name, item=item) for item in idle]


def _remark(code: str, sentence: str, **facts: str) -> Remark:
    return Remark(code, facts.get("unit"), facts.get("item"), Sentence(sentence, facts))
