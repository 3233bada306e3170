"""The demo estate's accounts: costs that fit its homes and staff, income as its own books have it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from demo.homes import Row
from demo.prices import BAYS_OWNED, BAYS_RENTED, RENT_NOW, item_names, monthly_refuse, monthly_service_fees
from portal.kit.money import Money, total
from portal.kit.period import Month

FIGURES = Path(__file__).parent / "figures"
_YEAR_OF_SOURCE = 2018
_YEAR = re.compile(r"20[12]\d(?=[-年.]|$)")
TAX, SHARE, SHARE_RATE = "增值税及附加", "管理酬金", Decimal("0.09")
CASUAL = 1172  # cars that came for a while in the month, 5 yuan each
FACADE = "外墙"


def figures(name: str) -> list[dict[str, str]]:
    """The rows of one table."""
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accounts_month(on: date) -> Month:
    """The month that is told of: the last one that is over."""
    return Month.of(on) + -1


def accounts(on: date) -> list[Row]:
    """Rows of accounts.csv that need no books: what the common areas brought in, and the budget of the next year."""
    month = rents_month(on)
    return [
        *_statement(f"common-{month}", f"{month.year}年{month.month}月公共收益", month, _rents(on)),
        *_budget(rents_month(on).year + 1),
    ]


def booked_accounts(on: date, paid: Mapping[str, Money], billed: Mapping[str, Money]) -> list[Row]:
    """Rows of accounts.csv by what the books say of the month: `paid` by item of the company's own, `billed` by item
    of water and power.
    """
    month = accounts_month(on)
    called = f"{month.year}年{month.month}月"
    return [
        *_statement(f"joint-{month}", f"{called}共管账户收支", month, [*_income(paid), *_costs()]),
        *_statement(f"utilities-{month}", f"{called}代收代付水电费", month, _utilities(billed)),
    ]


def corrected_budget(on: date) -> list[Row]:
    """Rows of accounts.csv that mend the budget: its second version."""
    return _budget(rents_month(on).year + 1, corrected=True)


def _income(paid: Mapping[str, Money]) -> list[Row]:
    plan = {
        "service_fee": monthly_service_fees(), "refuse": monthly_refuse(),
        "parking_rented": Money.of_yuan(RENT_NOW * BAYS_RENTED),
        "parking_owned": Money.of_yuan(Decimal(110 * BAYS_OWNED)),
    }  # fmt: skip
    rows = [
        _line("income", "业主缴费", *item_names(item), amount.yuan, plan[item].yuan if item in plan else "")
        for item, amount in paid.items()
    ]
    casual = _line(
        "income", "停车", zh="临时停车费", en="Parking for a while", amount=5 * CASUAL, budget=6000, note=f"{CASUAL}×5"
    )
    return [*rows, casual]


def _costs() -> list[Row]:
    """The month's costs and the manager's share of them; the tax bears none."""
    costs = figures("costs")
    rows = [_cost(row, row["month"], row["planned"]) for row in costs]
    share, planned = (_share(row[column] for row in costs if row["item_zh"] != TAX) for column in ("month", "planned"))
    note = "本表税费以外各项之和的9%"
    return [
        *rows,
        _line("expense", "管理酬金", zh=SHARE, en="Manager's remuneration", amount=share, budget=planned, note=note),
    ]


def _share(costs: Iterable[str]) -> Decimal:
    return Money.of_yuan(sum(map(Decimal, costs), Decimal(0)) * SHARE_RATE).yuan


def _cost(row: dict[str, str], amount: object, planned: object = "") -> Row:
    return _line(
        "expense",
        row["category"],
        zh=row["item_zh"],
        en=row["item_en"],
        amount=amount,
        budget=planned,
        note=row["note"],
    )


def _utilities(billed: Mapping[str, Money]) -> list[Row]:
    """What homes were billed, and the suppliers' invoices: the same, to the fen."""
    rows = [_line("income", "代收代付", *item_names(item), amount.yuan) for item, amount in billed.items()]
    water = total(amount for item, amount in billed.items() if "water" in item)
    power = total(amount for item, amount in billed.items() if "water" not in item)
    return [
        *rows,
        _line("expense", "代收代付", "付供电公司电费", "Paid to the power company", power.yuan),
        _line("expense", "代收代付", "付自来水公司水费", "Paid to the water company", water.yuan),
    ]


def rents_month(on: date) -> Month:
    """The latest October that is over: the leases of the common areas begin and end around it."""
    return Month(on.year if on.month > 10 else on.year - 1, 10)


_NO_TERM = {"no contract": "无合同", "under renewal": "合同续签中"}


def _rents(on: date) -> list[Row]:
    """What the common areas brought in, with the leases that brought nothing this month."""
    rows: list[Row] = []
    for row in figures("common_area_rental"):
        if row["category_zh"] in ("租赁收入合计", "总计"):
            continue
        monthly = row["contract_price"] if row["unit"] == "month" else ""
        yearly = row["contract_price"] if not monthly else ""
        terms = {"合同期": row["contract_term"], "年租金（元）": yearly, "所属期": row["period"]}
        told = [f"{name} {_plain(value)}" for name, value in terms.items() if re.search(r"\d", value)]
        note = moved("；".join(filter(None, [_NO_TERM.get(row["contract_term"]), *told])), on)
        line = _line(
            "income",
            "公共区域经营",
            zh=numbered(row),
            en=row["category_en"],
            amount=row["received_cny"] or "0",
            budget=monthly,
            note=note,
        )
        rows.append({**line, "fund": "common_area_revenue"})
    return rows


def _budget(year: int, *, corrected: bool = False) -> list[Row]:
    """The budget of a year: twelve planned months and its works; as it was first published, or with two faults fixed.

    The facade belongs to the maintenance fund; the parking sum comes to more than was printed.
    """
    fees, refuse = monthly_service_fees().yuan, monthly_refuse().yuan
    bays = f"（{BAYS_RENTED}×250＋{BAYS_OWNED}×110＋6000）×12"
    parking = (BAYS_RENTED * 250 + BAYS_OWNED * 110 + 6000) * 12
    costs = figures("costs")
    rows = [
        _line("income", "年度预算", "管理费收入", "Service fees", fees * 12, note=f"{fees}×12"),
        _line("income", "年度预算", "停车费收入", "Parking", parking if corrected else parking - 28_800, note=bays),
        _line("income", "年度预算", "垃圾处理费收入", "Refuse", refuse * 12, note=f"{refuse}×12"),
        *(_cost({**row, "note": f"{row['planned']}×12"}, Decimal(row["planned"]) * 12) for row in costs),
        _line("expense", "管理酬金", SHARE, "Manager's remuneration",
              _share(row["planned"] for row in costs if row["item_zh"] != TAX) * 12),
        *(_work(row, corrected) for row in figures("works")),
    ]  # fmt: skip
    plan = [{**row, "kind": "budget"} for row in rows]
    return _statement(f"budget-{year}", f"{year}年度预算", Month(year, 1), plan, Month(year, 12))


def _work(row: dict[str, str], corrected: bool) -> Row:
    line = _line("expense", "设施设备", row["item_zh"], row["item_en"], row["year"])
    return {**line, "fund": "maintenance_fund"} if corrected and FACADE in row["item_zh"] else line


def _line(side: str, category: str, zh: str, en: str, amount: object, budget: object = "", note: str = "") -> Row:
    return {
        "kind": "", "fund": "service_fee", "side": side, "category": category, "item_zh": zh, "item_en": en,
        "amount": _yuan(amount), "budget": _yuan(budget), "prior": "", "note": note,
    }  # fmt: skip


def _statement(code: str, title: str, first: Month, rows: list[Row], last: Month | None = None) -> list[Row]:
    """The rows under one code."""
    head: Row = {"statement": code, "title": title, "from": first.first, "to": (last or first).last}
    return [{**head, **row} for row in rows]


def numbered(row: dict[str, str]) -> str:
    """The Chinese name of a lease; the source numbers its stores and rooms only in English."""
    number = re.search(r"(?:unit|lease|advertising|lockers) (\w)\b", row["category_en"])
    return row["category_zh"] + (number[1] if number else "")


def moved(text: str, on: date) -> str:
    """Words of the table of leases with its years moved along to those of the accounts."""
    return _YEAR.sub(lambda found: str(int(found[0]) + rents_month(on).year - _YEAR_OF_SOURCE), text)


def _plain(term: str) -> str:
    return term.replace("..", " 至 ")


def _yuan(amount: object) -> str:
    return f"{Decimal(str(amount)):.2f}" if str(amount) else ""
