"""A whole bill run as a pure function: which lines a service month makes for which unit, and who owes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.billing.drafts import BillDraft, Remark, RunResult, UnitCase, UnitResult
from portal.billing.lines import item_lines
from portal.billing.schedule import Schedule
from portal.kit.due import DueRule
from portal.kit.i18n import N_, Sentence
from portal.kit.period import Month
from portal.tariffs.amounts import Share, share_weight, split
from portal.tariffs.rules import Days, Id, SharedCost, TariffVersion, UnitFacts

Splits = Mapping[Id, Mapping[Id, Share]]  # cost -> unit -> its share


@dataclass(frozen=True)
class RunFacts:
    """What a run of a whole community needs. The order of `tariffs` is the order of items on a bill.

    `frozen` holds the splits of costs that were billed before, by cost and unit: they are taken as they were.
    """

    tariffs: tuple[TariffVersion, ...]
    due_rule: DueRule
    units: tuple[UnitCase, ...]
    costs: tuple[SharedCost, ...] = ()
    frozen: Splits = field(default_factory=dict)


def compute_run(period: Month, issued_on: date, facts: RunFacts) -> RunResult:
    """The bills that the run of a service month adds, in order of unit names; nothing that is billed already."""
    schedule = Schedule(period, issued_on, facts.due_rule, facts.tariffs)
    splits, errors = split_shared_costs(facts.costs, [c.unit for c in facts.units], schedule, facts.frozen)
    cases = sorted(facts.units, key=lambda c: c.unit.name)
    return gather(period, (bills_of_unit(c, schedule, shares_of(splits, c.unit.id)) for c in cases), errors)


def gather(period: Month, results: Iterable[UnitResult], errors: Iterable[Remark] = ()) -> RunResult:
    """Put the results of units, or of a batch of them, together."""
    units = list(results)
    return RunResult(
        period,
        tuple(bill for u in units for bill in u.bills),
        (*errors, *(e for u in units for e in u.errors)),
        tuple(w for u in units for w in u.warnings),
    )


def bills_of_unit(case: UnitCase, schedule: Schedule, shares: Iterable[Share] = ()) -> UnitResult:
    """The bills of one unit, one for each debtor.

    Who owes an item is decided on its first chargeable day in the period billed, which is the period's first
    day unless the charge begins later; so after a sale the seller owes the month, or the whole cycle, in which
    the sale falls. Nobody owning the unit on that day is an error.
    """
    owed: dict[tuple[Id, ...], list] = {}
    errors: list[Remark] = []
    warnings: list[Remark] = []
    shared = (*case.shares, *shares)
    for item in schedule.items:
        found = item_lines(item, case, shared, schedule)
        errors += found.errors
        warnings += found.warnings
        for line in found.lines:
            owed.setdefault(found.debtor_of(line), []).append(line)
    if owed.pop((), None):
        errors.append(_no_owner(case.unit.name))
    warnings += _idle_charges(case, schedule)
    due_on, moved = schedule.due
    bills = [BillDraft(case.unit, d, tuple(ls), schedule.issued_on, due_on, moved) for d, ls in owed.items()]
    return UnitResult(tuple(bills), tuple(errors), tuple(warnings))
