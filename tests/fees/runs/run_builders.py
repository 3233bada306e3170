"""Meaningful values for bill runs: one flat, one owner, one fee, changed where a test cares."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from portal.fees.runs.drafts import Billed, RunResult, RunTotals, Tie, UnitCase
from portal.fees.runs.rules import gather, lines_of_unit, shares_by_unit, split_shared_costs
from portal.fees.runs.schedule import Schedule
from portal.fees.tariffs.rules import DueRule, MeterReading, SharedCost, TariffVersion, UnitCharge, UnitFacts
from portal.fees.tariffs.states import Formula, Proration, Timing
from portal.homes.units.states import OccupancyState, Use
from portal.kit.money import Money
from portal.kit.period import Month

NOV = Month(2026, 11)
ISSUED = date(2026, 11, 1)
FROM_2026 = date(2026, 1, 1)
FEE = TariffVersion("fee-1", "fee", "*", Formula.per_area, Decimal("1.27"), starts_on=FROM_2026)
BAY = TariffVersion("bay-1", "bay", "*", Formula.per_quantity, Decimal(110), starts_on=FROM_2026)
WATER = TariffVersion("water-1", "water", "*", Formula.metered, Decimal("3.77"), starts_on=FROM_2026)
LIFT = TariffVersion("lift-1", "lift", "residential", Formula.share_by_area, None, starts_on=FROM_2026)


def tariff(of=FEE, **changes):
    return replace(of, **changes)


def flat(name="1栋101", area="89.37", *, ties=(Tie("zhang", "owner"),), charges=(), readings=(), billed=(), **facts):
    unit = UnitFacts(name, name, Use.residential, area and Decimal(area), building=name[0])
    return UnitCase(replace(unit, **facts), tuple(ties), tuple(charges), tuple(readings), (), tuple(billed))


def charge(quantity, first=None, last=None, item="bay"):
    return UnitCharge(item, None if quantity is None else Decimal(quantity), first, last)


def reading(previous, current, period=NOV, meter="M1"):
    return MeterReading("water", meter, period, Decimal(previous), Decimal(current))


def cost(fen, scope="community", period=NOV, id="cost-1"):
    return SharedCost(id, "lift", period, Money(fen), scope)


def run(*units, tariffs=(FEE,), period=NOV, issued=ISSUED, due="day:15", costs=(), frozen=None) -> RunResult:
    """A whole run over these units, put together as `portal.fees.runs.actions` does it."""
    schedule = Schedule(period, issued, DueRule.parse(due), tuple(tariffs))
    splits, errors = split_shared_costs(costs, [one.unit for one in units], schedule, frozen or {})
    shares = shares_by_unit(splits)
    cases = sorted(units, key=lambda one: one.unit.name)
    return gather(period, (lines_of_unit(one, schedule, shares.get(one.unit.id, ())) for one in cases), errors)


def billed_by(result: RunResult, unit: str) -> tuple[Billed, ...]:
    """What the unit's lines of a run look like to the next one."""
    return tuple(
        Billed(x.item, x.period, x.first, x.last, x.supplement, x.derivation.sources)
        for x in result.lines
        if x.unit == unit
    )


def totals(result: RunResult) -> RunTotals:
    """The sums of a run in fen."""
    found = RunTotals(result.period)
    found.add(result)
    return found


def fens(result: RunResult) -> list[int]:
    return [line.amount.fen for line in result.lines]


def codes(remarks) -> list[tuple]:
    return [(r.code, r.unit, r.item) for r in remarks]


VACANT = OccupancyState.vacant
ARREARS = Timing.arrears
DAILY = Proration.daily_actual
