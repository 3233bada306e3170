"""What is charged and at which rate, in dated versions, with the quantities that rates are multiplied by."""

from piccolo.columns import UUID, Numeric, SmallInt, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.fees.tariffs.states import Formula, ItemKind, Proration, Rounding, Timing, Voucher
from portal.homes.units.tables import Unit
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class ChargeItem(Table):
    """A charge item (收费项目) with its names, its kind of money and its voucher."""

    id = UUID(primary_key=True)
    community = ref(Community)
    code = text()
    name_zh = text()
    name_en = text()
    kind = text()
    tax_rate = Numeric(digits=(7, 6), null=True, default=None)
    voucher = text(null=True)

    charge_item_one_code = Unique(columns(community, code))
    known_kind = one_of("kind", ItemKind)
    known_voucher = one_of("voucher", Voucher)


class Tariff(Table):
    """One version of a rate (收费标准) for a use of units (`*` for every use), with its source."""

    id = UUID(primary_key=True)
    community = ref(Community)
    item = ref(ChargeItem)
    use = text()
    formula = text()
    rate = Numeric(digits=(18, 6), null=True, default=None)
    per = text(null=True)
    cycle_months = SmallInt(null=False, default=None)
    timing = text()
    proration = text()
    vacancy_rate = Numeric(digits=(7, 6), null=True, default=None)
    rounding = text()
    starts_on = day(null=True)
    ends_on = day(null=True)
    source = text()
    announced_on = day(null=True)  # came with the estate, before its first bill

    tariff_one_version = Unique(columns(community, item, use, starts_on), nulls_distinct=False)
    known_formula = one_of("formula", Formula)
    known_timing = one_of("timing", Timing)
    known_proration = one_of("proration", Proration)
    known_rounding = one_of("rounding", Rounding)


class UnitCharge(Table):
    """The number of bays, persons or cards that a unit pays for, from and to inclusive."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    item = ref(ChargeItem)
    quantity = Numeric(digits=(18, 6), null=True, default=None)
    starts_on = day(null=True)
    ends_on = day(null=True)
    reason = text(null=True)  # why it is right that it is very high

    unit_charge_one_start = Unique(columns(community, unit, item, starts_on), nulls_distinct=False)


class MeterReading(Table):
    """What a meter showed at the beginning and the end of a month; `period` is the month, as 2026-11."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    item = ref(ChargeItem)
    meter = text()
    period = Varchar(length=7, null=False, default=None)
    previous = Numeric(digits=(18, 6), null=False, default=None)
    current = Numeric(digits=(18, 6), null=False, default=None)
    reason = text(null=True)  # why it is right that it starts above the end of the one before, or is very high

    meter_reading_one_reading = Unique(columns(community, unit, meter, period))


class SharedCost(Table):
    """A cost of a month that units share; `scope` is `community` or `building:1`."""

    id = UUID(primary_key=True)
    community = ref(Community)
    item = ref(ChargeItem)
    period = Varchar(length=7, null=False, default=None)
    amount = fen()
    scope = text()
    reason = text(null=True)  # why it is right that it is very high

    shared_cost_one_cost = Unique(columns(community, item, period, scope))
