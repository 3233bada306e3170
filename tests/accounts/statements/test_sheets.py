"""Invented sheets of accounts as companies write them: what each is asked, and that the rest is silent."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from portal.accounts.findings.checks import findings
from portal.accounts.findings.queries import Books
from portal.accounts.statements.heads import kind_of
from portal.accounts.statements.remuneration import Terms
from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import Basis, LineKind, RemunerationBase, Side, StatementFund
from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from tests.accounts.findings.test_checks import MONTH

FUNDS = dict(zip("物公维", StatementFund, strict=True))
SIDES = dict(zip("收支", Side, strict=True))
_ROW = re.compile(r"([物公维])([收支])(?:「(.*?)」)? *(.+?) (-?[\d.]+)(?: 上期(-?[\d.]+))?(?: 写明(\w+))?(?: 注(.+))?")


def line_of(position: int, row: str) -> Line:
    """A row such as “物收「收入」物业费 100 上期90 写明fee 注…”; sums in yuan."""
    found = _ROW.fullmatch(row.strip())
    assert found, row
    fund, side, category, name, yuan, prior, said, note = found.groups()
    item = Bilingual(name, "")
    return Line(
        position, FUNDS[fund], SIDES[side], category or "", item, Money.of_yuan(yuan),
        prior=Money.of_yuan(prior) if prior else None, note=note or "", said=bool(said),
        kind=LineKind(said) if said else kind_of(SIDES[side], category or "", item),
    )  # fmt: skip


def asked(sheet: str, terms: Terms = Terms()) -> list[str]:
    """What is found of rows with “；” between them; the books have 1000 yuan of fees, 1200 with parking."""
    lines = [line_of(n, row) for n, row in enumerate(filter(str.strip, sheet.split("；")), 1)]
    found = findings(MONTH, lines, terms, {}, Books(Money(100_000), Money(120_000)))
    return [f"{one.kind} {one.line.item.zh if one.line else one.name.zh if one.name else ''}".strip() for one in found]


FINE = (
    "物收 物业服务费 1000；物支 员工薪酬 600；物支 保洁外包 250",
    "物收 物业费 1200；物支 薪酬 700",
    "物收 物业管理服务费 1000；物收 停车服务费 321；物支 薪酬 700；物支 绿化养护 80",
    "物收 一、物业服务费 1000；物收 二、装修管理费 40；物收 三、垃圾清运费 55；物收 收入合计 1095；物支 薪酬 7",
    "物收 住宅物业费 700；物收 商铺物业费 300；物收 小计 1000；物支 薪酬 700；物支 合计 700",
    "物收 物业费 1000；物收 其中：住宅 700；物收 其中：商铺 300；物支 薪酬 20",
    "物收 物业费 1000；物收 其中：住宅 700；物收 车位管理费 90；物收 总计 1090；物支 薪酬 20",
    "物收 上年结转 500；物收 物业费 1000；物支 薪酬 700；物支 本年结余 800",
    "物收 期初余额 500；物收 物业费 1000；物支 薪酬 700；物收 银行存款余额 800",
    "物支 上年亏损 500；物收 物业费 1000；物支 薪酬 700；物支 年度结余 -200",
    "物收 物业费 1000；物收 本年累计 9870.50；物支 薪酬 700；物支 1-10月累计支出 6900",
    "物收 物业费 1000；物收 收取装修押金 4000；物支 退装修押金 2000；物支 薪酬 700",
    "物收 物业费 1000；物收「押金」1栋业主 2000；物支「押金退还」2栋业主 2000；物支 薪酬 700",
    "物收 物业费 1000；物收 代收水费 500；物支 付自来水公司水费 500；物支 薪酬 700",
    "物收 物业费 1000；物收 代收电费 500；物支 代付电费 497；物支 公共照明电费 60；物支 电梯电费 41",
    "物收「代收代付」燃气 80；物支「代收代付」燃气公司 80；物收 物业费 1000；物支 薪酬 9",
    "物收 物业费 1000；物支 外墙清洗 70；物支 电梯年检 30；物支 房屋中介佣金 6；物支 银行手续费 1",
    "物收 物业费 1000；物收 冲减以前多收 -50；物支 薪酬 700；物支 红字冲销 -20",
    "物收 物业费 1000；物支 其他 9；物支 薪酬 991",
    "物收 物业费 1000 注250×4；物支 薪酬 700 注每人3500元，共2人；物支 保险 20 注2026-01-01至2026-12-31",
    "物收 物业费 1000 上期990；物支 薪酬 700 上期640；物支 绿化 0 上期0",
    "物收 物业费 1000；物支 薪酬 300；物支 保洁 200；物支 秩序 500 写明ordinary",
    "公收 电梯广告 300；公收 场地租金 200；公收 合计 500；公支 业主活动 100；公支 物业分成 30",
    "公收 上年累计结余 90；公收 广告 30；公支 树木补种 20；公支 滚存结余 100",
    "公收 利息 0.52；公收 摊位 77",
    "维收 上年结余 5000；维收 利息 10；维支 3栋屋面大修 800；维支 期末余额 4210",
    "物收 物管费 1000；物支 薪酬 1；公收 广告 4；维收 利息 3",
    "物收 前期物业服务收费 1000；物收 滞纳金 3；物支 增值税 30；物支 折旧 7",
    "物收 停车费 321 写明ordinary；物支 岗亭薪酬 100",
)
WRONG = (
    ("物收 物业费 999.99；物支 薪酬 700", ["books_differ 物业费"]),
    ("物收 住宅物业费 999；物收 商铺物业费 2；物支 薪酬 700", ["books_differ"]),
    ("物收 综合服务收入 7034.72；物支 薪酬 700", ["books_differ 综合服务收入"]),
    ("物收 主营业务收入 900；物收 附营收入 90；物支 薪酬 7", ["books_differ 主营业务收入、附营收入"]),
    ("物收 物业费 1000；物收 停车费 90；物收 合计 1000；物支 薪酬 7", ["total_differs 合计"]),
    ("物收 物业费 1000；物收 合计 1300；公收 广告 300；物支 薪酬 7", ["total_differs 合计"]),
    ("物收 物业费 1000；物支 薪酬 6；物支 本年累计 5", ["total_differs 本年累计"]),
    ("物收 上年结转 500；物收 物业费 1000；物支 薪酬 700；物支 本年结余 900", ["total_differs 本年结余"]),
    ("物收 物业费 1000；物收 停车费 90；物收 本月进账 1090；物支 薪酬 7", ["looks_like_total 本月进账"]),
    ("物收 物业费 1000；物支 人工成本 50；物支 保安 20；物支 保洁 30；物支 税 7", ["looks_like_total 人工成本"]),
    ("物收 物业费 1000；物支 税 7；物支 保安 20；物支 保洁 30；物支 人工 50；物支 油 1", ["looks_like_total 人工"]),
    (
        "物收 物业费 1000；物支 甲类 50；物支 保安 20；物支 保洁 30；物支 乙类 9；物支 水 4；物支 电 5",
        ["looks_like_total 甲类", "looks_like_total 乙类"],
    ),
    ("物收 物业费 1000；物收 水费收入 500；物支 水费支出 300；物支 薪酬 7", ["passed_on"]),
    ("物收 物业费 1000；物收 代收水电费 100；物支 代付水电费 140；物支 薪酬 7", ["passed_on"]),
    ("物收 物业费 1000；物支 外墙翻新 900；物支 薪酬 7", ["capital_works 外墙翻新"]),
    ("物收 物业费 1000；物支「改造工程」南门 900；物支 薪酬 7", ["capital_works 南门"]),
    ("物收 物业费 1000；物支 消防系统 900 写明works；物支 薪酬 7", ["capital_works 消防系统"]),
    ("物收 物业费 1000；物支 其他费用 100；物支 薪酬 7", ["lump_sum 其他费用"]),
    ("物收 物业费 1000；物支 零星采购 100；物支 薪酬 7", ["lump_sum 零星采购"]),
    ("物收 物业费 1000；物支 薪酬 700 上期600", ["off_prior 薪酬"]),
    ("物收 物业费 1000；物支 薪酬 700 注350×3", ["note_differs 薪酬"]),
    ("公收 场地 0；公收 广告 9", ["nothing_received 场地"]),
    ("维支 屋面大修 800", ["no_funding"]),
    ("公收 广告 5；公支 活动 3；维支 泵 9", ["no_funding"]),
)


def test_there_are_fifty_of_them() -> None:
    assert len({*FINE, *(sheet for sheet, _found in WRONG)}) >= 50


@pytest.mark.parametrize("sheet", FINE)
def test_a_sheet_in_order_is_asked_nothing(sheet: str) -> None:
    assert asked(sheet) == []


@pytest.mark.parametrize(("sheet", "found"), WRONG)
def test_a_sheet_with_a_fault_is_asked_about_that_alone(sheet: str, found: list[str]) -> None:
    assert asked(sheet) == found


def test_the_share_is_taken_of_what_was_paid() -> None:
    share = Terms(Basis.cash, None, RemunerationBase.paid, Decimal("0.1"))
    assert asked("物收 物业费 1000；物支 薪酬 700；物支 管理酬金 70", share) == []
    assert asked("物收 物业费 1000；物支 薪酬 700；物支 管理酬金 71", share) == ["remuneration_differs 管理酬金"]
