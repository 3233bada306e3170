"""The demo estate's published accounts: the real figures of a commission-basis estate, under dates of our own."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from portal.demo.homes import Row
from portal.kit.period import Month

FIGURES = Path(__file__).parent / "figures"
_YEAR_OF_SOURCE = 2018
_YEAR = re.compile(r"20[12]\d(?=[-年.]|$)")
_ORIGIN = "取自一个真实酬金制小区公布的账目，年份已平移"

_CONTRACTED, _SUNDRY = "1", "4"
_HEADS = {"2": "人员", "3": "人员", "5": "业委会", "6": "管理酬金", "7": "税费", "8": "停车分成"}
_SUNDRY_HEADS = {
    "tax": "税费", "insurance": "保险", "bank_fee": "财务", "materials": "材料", "repair": "维修",
    "payroll_related": "人员", "deposit_refund": "押金退还", "compensation": "赔付", "owners_assembly": "业主大会",
    "equipment": "设备", "community_events": "社区活动", "office": "办公", "maintenance_contract": "维保",
}  # fmt: skip
# A month of the annual budget, where it names the same thing as the month's account.
_BUDGETED = {
    "管理费": "327509.10", "停车费": "209316.67", "薪酬": "275000.00", "本月物业管理佣金": "89166.67",
    "应付开发公司停车费": "56000.00",
}  # fmt: skip


def figures(name: str) -> list[dict[str, str]]:
    """The rows of one table as it was published, totals included."""
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accounts_month(on: date) -> Month:
    """The latest October that is over: the figures speak of its holidays."""
    return Month(on.year if on.month > 10 else on.year - 1, 10)


def accounts(on: date) -> list[Row]:
    """Rows of accounts.csv: a month of the joint account, of pass-through, of common areas, and the next budget."""
    month = accounts_month(on)
    joint = f"{month.year}年{month.month}月共管账户收支"
    return [
        *_statement(f"joint-{month}", joint, month, _income() + _payments()),
        *_statement(f"utilities-{month}", f"{month.year}年{month.month}月代收代付水电费", month, _utilities()),
        *_statement(f"common-{month}", f"{month.year}年{month.month}月公共收益", month, _rents()),
        *_budget(month.year + 1),
    ]


def corrected_budget(on: date) -> list[Row]:
    """Rows of accounts.csv that mend the budget: its second version."""
    return _budget(accounts_month(on).year + 1, corrected=True)


def _income() -> list[Row]:
    return [_line("income", "物业收入", row, row["amount_cny"]) for row in figures("operating_income")[:3]]


def _payments() -> list[Row]:
    """The payments of a1, the contracts opened up by a4 and the sundry ones by a2; the sum stays the same."""
    rows: list[Row] = []
    for row in figures("joint_account_payments")[:-1]:
        if row["seq"] == _CONTRACTED:
            for each in figures("service_contracts")[:5]:
                named = {"item_zh": each["category_zh"], "item_en": each["category_en"]}
                rows.append(_line("expense", "外包合同", named, each["monthly_cny"]))
        elif row["seq"] == _SUNDRY:
            sundry = figures("sundry_expenses")[:-1]
            rows += [_line("expense", _SUNDRY_HEADS[each["category"]], each, each["amount_cny"]) for each in sundry]
        else:
            rows.append(_line("expense", _HEADS[row["seq"]], row, row["amount_cny"], note=_REMARKS.get(row["seq"], "")))
    return rows


_REMARKS = {"2": "9月工资", "6": "本表应付停车费与税金以外各项之和的9%", "8": "不计入酬金基数"}


def _utilities() -> list[Row]:
    collected, paid = figures("operating_income")[-2:]
    return [
        _line("income", "代收代付", collected, collected["amount_cny"]),
        _line("expense", "代收代付", paid, paid["amount_cny"]),
    ]


_NO_TERM = {"no contract": "无合同", "under renewal": "合同续签中"}


def _rents() -> list[Row]:
    """What the common areas brought in, with the leases that brought nothing this month."""
    rows: list[Row] = []
    for row in figures("common_area_rental"):
        if row["category_zh"] in ("租赁收入合计", "总计"):
            continue
        named = {"item_zh": numbered(row), "item_en": row["category_en"]}
        monthly = row["contract_price"] if row["unit"] == "month" else ""
        yearly = row["contract_price"] if not monthly else ""
        terms = {"合同期": row["contract_term"], "年租金（元）": yearly, "所属期": row["period"]}
        told = [f"{name} {_plain(value)}" for name, value in terms.items() if re.search(r"\d", value)]
        note = "；".join(filter(None, [_NO_TERM.get(row["contract_term"]), *told]))
        line = _line("income", "公共区域经营", named, row["received_cny"] or "0", monthly, note)
        rows.append({**line, "fund": "common_area_revenue"})
    return rows


def _budget(year: int, *, corrected: bool = False) -> list[Row]:
    """The budget of a year, from 10,000 yuan, works opened up; as it was printed, or with its two faults mended.

    The facade belongs to the maintenance fund; the parking sum comes to more than was printed.
    """
    rows: list[Row] = []
    for row in figures("annual_budget_wan"):
        if row["section"] == "result" or row["item_zh"].endswith("合计"):
            continue
        if row["item_zh"] == "设施设备维保成本":
            rows += [_works(each, corrected) for each in figures("works_budget") if each["group"] in _WORKS]
            continue
        amount, note = Decimal(row["amount_wan_cny"]) * 10_000, ""
        if row["item_zh"] == "停车费收入":
            amount, note = (_PARKING if corrected else amount), _PARKING_SUM
        rows.append(_line(row["section"], "年度预算", row, amount, amount, note))
    return _statement(f"budget-{year}", f"{year}年度预算", Month(year, 1), rows, Month(year, 12))


_WORKS = ("service", "materials", "works")
_PARKING_SUM = "（98×110＋275×110＋637×250＋22000）×12"
_PARKING = Decimal("2667360")


def _works(row: dict[str, str], corrected: bool) -> Row:
    line = _line(
        "expense", "工程" if row["group"] == "works" else "设施设备维保", row, row["annual_cny"], row["annual_cny"]
    )
    return {**line, "fund": "maintenance_fund"} if corrected and "外墙" in row["item_zh"] else line


def _line(side: str, category: str, row: dict[str, str], amount: object, budget: object = "", note: str = "") -> Row:
    budget = budget or _BUDGETED.get(row["item_zh"], "")
    return {
        "fund": "service_fee", "side": side, "category": category, "item_zh": row["item_zh"],
        "item_en": row["item_en"], "amount": _yuan(amount), "budget": _yuan(budget), "prior": "", "note": note,
    }  # fmt: skip


def _statement(code: str, title: str, first: Month, rows: list[Row], last: Month | None = None) -> list[Row]:
    """The rows under one code, their years moved along; the first row says where the figures come from."""
    years = first.year - _YEAR_OF_SOURCE - (1 if last else 0)
    head: Row = {"statement": code, "title": title, "from": first.first, "to": (last or first).last}
    moved = [
        {**head, **row, "item_zh": _shift(row["item_zh"], years), "note": _shift(row["note"], years)} for row in rows
    ]
    moved[0]["note"] = "；".join(filter(None, [str(moved[0]["note"]), _ORIGIN]))
    return moved


def _shift(text: object, years: int) -> str:
    return _YEAR.sub(lambda found: str(int(found[0]) + years), str(text))


def numbered(row: dict[str, str]) -> str:
    """The Chinese name of a lease; the source numbers its stores and rooms only in English."""
    number = re.search(r"(?:unit|lease|advertising|lockers) (\w)\b", row["category_en"])
    return row["category_zh"] + (number[1] if number else "")


def moved(text: str, on: date) -> str:
    """Words of the source with its years moved along to those of the accounts."""
    return _shift(text, accounts_month(on).year - _YEAR_OF_SOURCE)


def _plain(term: str) -> str:
    return term.replace("..", " 至 ")


def _yuan(amount: object) -> str:
    return f"{Decimal(str(amount)):.2f}" if str(amount) else ""
