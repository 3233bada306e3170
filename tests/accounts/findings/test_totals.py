"""Sums are compared with their lines by arithmetic, balances open and close a fund, and nothing is counted twice."""

from __future__ import annotations

import pytest

from portal.accounts.findings.checks import findings
from portal.accounts.findings.totals import doubles
from portal.accounts.statements.remuneration import Terms
from portal.accounts.statements.rules import Line, funds_of
from portal.accounts.statements.states import Side
from portal.kit.money import Money
from tests.accounts.findings.test_checks import COMMON, MONTH, SERVICE, a_line

IN, OUT = Side


def sheet(*rows: tuple[str, str] | tuple[str, str, Side] | tuple[str, str, Side, str]) -> list[Line]:
    """Lines of the common areas: name, sum, and side (income where it is not said), category."""
    return [_line(n, *row) for n, row in enumerate(rows, 1)]


def _line(n: int, name: str, yuan: str, side: Side = IN, category: str = "") -> Line:
    return a_line(name, yuan, side, COMMON, n, category=category)


def told(lines: list[Line]) -> list[tuple[str, int, str, Money | None]]:
    found = findings(MONTH, lines, Terms(), {})
    return [(one.kind.value, one.line.position, one.line.item.zh, one.other) for one in found if one.line]


def test_totals_of_sides_categories_pages_and_sections_are_right() -> None:
    lines = sheet(
        ("广告", "3", IN, "经营"), ("摊位", "4", IN, "经营"), ("小计", "7", IN, "经营"), ("承前页", "7"),
        ("仓库", "5", IN, "租赁"), ("房租", "6", IN, "租赁"), ("租赁小计", "11", IN, "租赁"), ("总计", "18"),
        ("保洁", "2", OUT), ("支出合计", "2", OUT),
    )  # fmt: skip
    assert told(lines) == []


def test_a_total_that_is_not_the_sum_of_its_lines_is_found() -> None:
    lines = sheet(
        ("广告", "3"), ("摊位", "4"), ("小计", "7"), ("仓库", "5"), ("小计", "6"), ("总计", "5"), ("合计", "13")
    )
    assert told(lines) == [
        ("total_differs", 5, "小计", Money(1200)), ("total_differs", 6, "总计", Money(1200)),
        ("total_differs", 7, "合计", Money(1200)),
    ]  # fmt: skip


def test_what_was_carried_over_opens_the_fund_and_is_no_income() -> None:
    lines = sheet(
        ("上年结转", "100"),
        ("广告", "30"),
        ("合计", "130"),
        ("保洁", "50", OUT),
        ("结转下期", "80", OUT),
        ("合计", "130", OUT),
    )
    assert told(lines) == []
    (fund,) = funds_of(lines)
    assert [fund.opening, fund.income.amount, fund.expense.amount, fund.result, fund.left, fund.closing] == [
        Money(fen) for fen in (10000, 3000, 5000, -2000, 8000, 8000)
    ]
    owed = sheet(("上年结转", "100", OUT), ("广告", "30"))
    assert funds_of(owed)[0].left == Money(-7000)


def test_a_closing_balance_that_is_not_what_is_left_is_found() -> None:
    lines = sheet(("上年结转", "100"), ("广告", "30"), ("期末余额", "131"))
    assert told(lines) == [("total_differs", 3, "期末余额", Money(13000))]
    assert told(sheet(("上年结转", "100"), ("广告", "30"), ("本期结余", "30"))) == [], "the result alone"


@pytest.mark.parametrize(
    ("rows", "doubled"),
    [
        ([("广告", "3"), ("摊位", "4"), ("经营收入", "7")], [3]),
        ([("经营收入", "7"), ("广告", "3"), ("摊位", "4"), ("仓库", "5")], [1]),
        ([("经营收入", "7"), ("其中：广告", "3"), ("其中：摊位", "4"), ("仓库", "5")], []),
        ([("仓库", "9"), ("广告", "3"), ("摊位", "4"), ("经营", "7"), ("房租", "0")], [4]),
        ([("广告", "3"), ("摊位", "3"), ("房租", "0"), ("仓库", "0")], []),
        ([("广告", "3"), ("摊位", "4"), ("甲", "7"), ("仓库", "5"), ("房租", "6"), ("乙", "11")], [3, 6]),
        ([("广告", "3"), ("摊位", "4"), ("小计", "7"), ("仓库", "5"), ("房租", "6"), ("乙", "11")], [6]),
        ([("广告", "3"), ("摊位", "3")], []),
        ([("广告", "3"), ("摊位", "-3"), ("无", "0")], []),
        ([("广告", "3"), ("摊位", "4"), ("保洁", "7", OUT)], []),
        ([("广告", "3"), ("摊位", "4"), ("仓库", "6")], []),
    ],
)
def test_a_line_that_is_the_sum_of_others_is_asked_about(rows: list[tuple[str, str]], doubled: list[int]) -> None:
    assert [line.position for line in doubles(sheet(*rows))] == doubled
    assert [row[1] for row in told(sheet(*rows)) if row[0] == "looks_like_total"] == doubled


def test_water_and_power_collected_for_others_are_passed_on() -> None:
    def left(*rows: tuple[str, str, Side]) -> list[tuple[str, Money | None]]:
        lines = [a_line(name, yuan, side, SERVICE, n) for n, (name, yuan, side) in enumerate(rows)]
        return [(one.kind.value, one.other) for one in findings(MONTH, lines, Terms(), {})]

    real = ("水电费收入", "114229.16", IN), ("水费支出", "75748.25", OUT)
    assert left(*real) == [("passed_on", Money.of_yuan("38480.91"))]
    assert left(("代收水费", "100", IN), ("代付水费", "101.01", OUT)) == [("passed_on", Money.of_yuan("-1.01"))]
    assert left(("代收水费", "100", IN), ("代付水费", "99", OUT)) == [], "months of meters and of bills differ a little"
    assert left(("水费收入", "100", IN), ("代付水费", "100", OUT), ("公共水费", "900", OUT)) == []


def test_refunds_of_deposits_are_no_capital_works_whatever_their_translation() -> None:
    rows = [a_line("退装修押金", "2000", OUT, n=n, en="renovation deposit refund") for n in range(5)]
    found = {one.kind.value for one in findings(MONTH, [*rows, a_line("物业费", "10", IN, n=9)], Terms(), {})}
    assert "capital_works" not in found
