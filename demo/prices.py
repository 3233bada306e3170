"""What the demo estate charges: items, tariffs with their sources, bays, meters, shared costs and old debts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from demo.homes import AREA, HOMES, PLACES, Row, occupancy
from demo.people import DEBTORS, persona
from portal.kit.money import Money
from portal.kit.period import Month

CONTRACT = "物业服务合同"
BAYS_OWNED, BAYS_RENTED = 40, 80
HOME_RATE, SHOP_RATE = Decimal("3.20"), Decimal("15.00")
RENT_BEFORE, RENT_NOW = Decimal("230.00"), Decimal("250.00")
REFUSE_HOME, REFUSE_SHOP = Decimal("13.50"), Decimal("70.00")
METERED = "water"
LEAK = 61

_ITEMS = (
    ("service_fee", "物业服务费", "Service fee", "service_fee", "0.06", "invoice"),
    ("fund_levy", "房屋本体维修金", "Building maintenance fund", "fund", "0", "fund_slip"),
    ("common_electricity", "公共照明及设备电费", "Common electricity", "pass_through", "0", "utility_slip"),
    ("lift_electricity", "电梯电费", "Lift electricity", "pass_through", "0", "utility_slip"),
    ("common_water", "公共用水", "Common water", "pass_through", "0", "utility_slip"),
    ("water", "水费", "Water", "utility", "0.03", "utility_slip"),
    ("refuse", "垃圾处理费", "Refuse disposal", "refuse", "0", "receipt"),
    ("parking_owned", "产权车位管理费", "Parking, own bay", "parking", "0.06", "invoice"),
    ("parking_rented", "月租车位费", "Parking, rented bay", "parking", "0.09", "invoice"),
    ("water_tank", "二次供水水箱清洗费", "Water tank cleaning", "other", "0.06", "invoice"),
    ("repair", "户内有偿维修费", "Paid repair at home", "other", "0.06", "invoice"),
)


def billed_periods(on: date) -> tuple[Month, Month, Month]:
    """The three months that the story bills, oldest first; the last is the month of `on`."""
    return Month.of(on) + -2, Month.of(on) + -1, Month.of(on)


def start(on: date) -> Month:
    """The first month of the tariff book: two years before the middle billed month, so its quarters begin there."""
    return Month.of(on) + -25


def charge_items() -> list[Row]:
    """Rows of charge_items.csv."""
    columns = ("item", "name_zh", "name_en", "kind", "tax_rate", "voucher")
    return [dict(zip(columns, row, strict=True)) for row in _ITEMS]


def tariffs(on: date) -> list[Row]:
    """Rows of tariffs.csv; rented bays cost more from the month of `on`, by a resolution."""
    now, since = Month.of(on), start(on)
    raised = f"业主大会{(now + -2).year}年第3号决议（公示30日）"
    first = f"业主大会{since.year}年第1号决议"
    home, shop, all_uses = "residential", "commercial", "*"
    rows = [
        ("service_fee", home, "per_area", HOME_RATE, "m²", "daily_actual", "0.7", "fen", f"{CONTRACT}第十二条第一款"),
        ("service_fee", shop, "per_area", SHOP_RATE, "m²", "daily_actual", "", "fen", f"{CONTRACT}第十二条第二款"),
        ("fund_levy", home, "per_area", "0.25", "m²", "full_month", "", "fen", f"{CONTRACT}第十九条"),
        ("common_electricity", all_uses, "share_by_area", "", "m²", "full_month", "", "fen", f"{CONTRACT}第十五条"),
        ("lift_electricity", home, "share_by_area", "", "m²", "full_month", "", "fen", f"{CONTRACT}第十五条"),
        ("common_water", home, "share_by_unit", "", "户", "full_month", "", "fen", f"{CONTRACT}第十五条"),
        (METERED, home, "metered", "3.77", "m³", "full_month", "", "fen", f"{CONTRACT}第十六条（代收，不加价）"),
        ("refuse", home, "fixed", REFUSE_HOME, "户", "full_month", "", "fen", f"{CONTRACT}第十七条"),
        ("refuse", shop, "fixed", REFUSE_SHOP, "户", "full_month", "", "fen", f"{CONTRACT}第十七条"),
        ("parking_owned", all_uses, "per_quantity", "110.00", "车位", "next_month", "", "yuan", f"{CONTRACT}第二十条"),
        ("parking_rented", all_uses, "per_quantity", RENT_BEFORE, "车位", "half_month_15th", "", "yuan", first),
        ("parking_rented", all_uses, "per_quantity", RENT_NOW, "车位", "half_month_15th", "", "yuan", raised),
        ("water_tank", home, "fixed", "2.60", "户", "full_month", "", "jiao", f"{CONTRACT}第十八条"),
    ]
    names = ("item", "use", "formula", "rate", "per", "proration", "vacancy_rate", "rounding", "source")
    book: list[Row] = [dict(zip(names, row, strict=True)) for row in rows]
    for row in book:
        cycle = 3 if row["item"] == "water_tank" else 1
        begins = now.first if row["source"] == raised else since.first
        ends = (now + -1).last if row["source"] == first else ""
        row.update({"cycle_months": cycle, "timing": "advance", "from": begins, "to": ends})
    return book


def unit_charges(on: date) -> list[Row]:
    """Rows of unit_charges.csv: 120 bays taken at `on`, one of them changed hands last month."""
    month, since = Month.of(on) + -1, start(on).first
    told = {"1栋101": 1, "7栋703": 1, "2栋503": 1, "8栋801": 2, "9栋203": 1}
    newcomer, left = persona("newcomer").units[0], "5栋303"
    rows = [_bay(unit, "parking_rented", quantity, since) for unit, quantity in told.items()]
    rows += [_bay(left, "parking_rented", 1, since, month.day(10)), _bay(newcomer, "parking_rented", 1, month.day(20))]
    free = [place.unit for place in HOMES if place.unit not in {*told, newcomer, left}]
    to_rent = BAYS_RENTED - sum(told.values()) - 1
    # Every fourth home rents a bay until none is left, and every eighth has one of its own.
    rows += [_bay(unit, "parking_rented", 1, since) for unit in free[1::4][:to_rent]]
    rows += [_bay(unit, "parking_owned", 1, since) for unit in free[2::7][:BAYS_OWNED]]
    return rows


def meter_readings(on: date) -> list[Row]:
    """Rows of meter_readings.csv in m³; the couple's newest one tells of a leak, empty homes use nothing."""
    rows: list[Row] = []
    for place in HOMES:
        reading = 0 if place.unit in persona("newcomer").units else 300 + place.order * 17 % 900
        for n, period in enumerate(billed_periods(on)):
            used = 0 if occupancy(place) == "vacant" else 7 + (place.order * 5 + n * 3) % 13
            if place.unit in persona("newcomer").units and n == 0:
                continue
            if place.unit in persona("couple_a").units and n == 2:
                used = LEAK
            rows.append({
                "unit": place.unit, "item": METERED, "meter": f"W{place.order + 1:04d}", "period": period,
                "previous": reading, "current": reading + used,
            })  # fmt: skip
            reading += used
    return rows


def shared_costs(on: date) -> list[Row]:
    """Rows of shared_costs.csv: about 50,000 kWh at 0.72 and 1,000 m³ at 3.77 a month, as in the real budget."""
    rows: list[Row] = []
    for period, common_kwh, lift_kwh, water in zip(
        billed_periods(on), (35_200, 34_000, 32_800), (1_660, 1_600, 1_540), (1_040, 1_000, 970), strict=True
    ):
        rows.append(_cost("common_electricity", period, common_kwh * Decimal("0.72"), "community"))
        rows.append(_cost("common_water", period, water * Decimal("3.77"), "community"))
        for building in range(1, 11):
            kwh = lift_kwh + (building - 5) * 10 - 5
            rows.append(_cost("lift_electricity", period, kwh * Decimal("0.72"), f"building:{building}"))
    return rows


def opening_balances(on: date) -> list[Row]:
    """Rows of opening_balances.csv: what the old books carried over, due as many days ago as the stories say."""
    older = billed_periods(on)[0] + -1
    repairs = {"forgot": "186.50", "owes25": "420.00"}
    rows = [
        _debt(
            one.units[0],
            "repair",
            period=Month.of(on - timedelta(days=one.owes_days)),
            on=on,
            days=one.owes_days,
            amount=Decimal(amount),
        )
        for one, amount in ((persona(key), amount) for key, amount in repairs.items())
    ]
    fees = {persona(key).units[0]: persona(key).owes_days for key in ("owes45", "owes80", "hardship")}
    # Up to about two months the billed months alone make the debt old enough.
    fees |= {unit: days for unit, days in DEBTORS.items() if days >= 60}
    for unit, days in fees.items():
        rate = SHOP_RATE if unit.startswith("商铺") else HOME_RATE
        rows.append(
            _debt(unit, "service_fee", period=older, on=on, days=days, amount=Money.of_yuan(rate * AREA[unit]).yuan)
        )
    return rows


def monthly_service_fees() -> Money:
    """The service fees of one full month without vacancy, each line rounded: the estate's receivable."""
    rates = {"residential": HOME_RATE, "commercial": SHOP_RATE}
    return Money(sum(Money.of_yuan(rates[place.use] * place.area).fen for place in PLACES))


def monthly_refuse() -> Money:
    """The refuse fees of one month."""
    homes = sum(place.use == "residential" for place in PLACES)
    return Money.of_yuan(REFUSE_HOME * homes + REFUSE_SHOP * (len(PLACES) - homes))


def item_names(item: str) -> tuple[str, str]:
    """What a charge item is called, in Chinese and in English. Raises KeyError for an unknown one."""
    return {code: (zh, en) for code, zh, en, *_more in _ITEMS}[item]


def _bay(unit: str, item: str, quantity: int, since: date, to: date | None = None) -> Row:
    return {"unit": unit, "item": item, "quantity": quantity, "from": since, "to": to or ""}


def _cost(item: str, period: Month, amount: Decimal, scope: str) -> Row:
    return {"item": item, "period": period, "amount": f"{amount:.2f}", "scope": scope}


def _debt(unit: str, item: str, period: Month, on: date, days: int, amount: Decimal) -> Row:
    return {
        "unit": unit,
        "item": item,
        "period": period,
        "due_on": on - timedelta(days=days),
        "amount": f"{amount:.2f}",
    }
