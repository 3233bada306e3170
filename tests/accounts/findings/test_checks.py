"""What is found before a publication, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.accounts.findings.checks import Finding, Lease, findings
from portal.accounts.findings.queries import Books
from portal.accounts.findings.totals import computed
from portal.accounts.findings.words import SAYS, said_of
from portal.accounts.statements.heads import by_head, head_of_cost, kind_of
from portal.accounts.statements.remuneration import Terms, share_due, whose
from portal.accounts.statements.rules import Head, Line, funds_of
from portal.accounts.statements.states import (
    Basis,
    CostHead,
    FindingKind,
    LineKind,
    RemunerationBase,
    Side,
    StatementFund,
)
from portal.kit.i18n import Bilingual
from portal.kit.language import LANGUAGES, speaking
from portal.kit.money import Money, total
from portal.kit.words import say
from portal.people.estates.states import FeeMode

MONTH = Head("mingxi", "joint", 1, "收支", date(2026, 10, 1), date(2026, 10, 31))
A_YEAR = Head("mingxi", "joint", 1, "收支", date(2026, 1, 1), date(2026, 12, 31))
SERVICE, COMMON, FUND = StatementFund
IN, OUT = Side


def a_line(item: str, yuan: str, side: Side = OUT, fund: StatementFund = SERVICE, n: int = 1, **more: object) -> Line:
    prior = more.pop("prior", None)
    category, named = str(more.pop("category", "")), Bilingual(item, str(more.pop("en", "")))
    return Line(
        n, fund, side, category, named, Money.of_yuan(yuan), kind=kind_of(side, category, named),
        prior=Money.of_yuan(str(prior)) if prior is not None else None, **more,  # type: ignore[arg-type]
    )  # fmt: skip


FEES = a_line("物业费", "100000", IN, n=99)


def kinds(*lines: Line, head: Head = MONTH, terms: Terms = Terms(), **more: object) -> list[str]:
    return [one.kind.value for one in findings(head, [*lines, FEES], terms, {}, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("yuan", "prior", "month", "year"),
    [
        ("110.00", "100", False, True), ("110.01", "100", True, True), ("90", "100", False, True),
        ("89.99", "100", True, True), ("107", "100", False, False), ("107.01", "100", False, True),
        ("1", "0", True, True), ("0", "0", False, False), ("-100", "-100", False, False),
    ],
)  # fmt: skip
def test_a_line_far_from_the_period_before(yuan: str, prior: str, month: bool, year: bool) -> None:
    line = a_line("薪酬", yuan, prior=prior)
    assert ("off_prior" in kinds(line), "off_prior" in kinds(line, head=A_YEAR)) == (month, year)


def test_a_line_far_from_the_year_before() -> None:
    line = a_line("薪酬", "107.01")
    found = findings(MONTH, [line, FEES], Terms(), {(SERVICE, OUT, "薪酬"): Money(10000)})
    assert found == [Finding(FindingKind.off_year, line, other=Money(10000))]
    assert found[0].percent == Decimal("0.0701")


def test_totals_are_told_and_never_counted() -> None:
    lines = [
        a_line("薪酬", "60", category="人员", n=1), a_line("餐补", "40", category="人员", n=2),
        a_line("小计", "100", category="人员", n=3), a_line("清洁", "50", category="外包", n=4),
        a_line("合计", "150.01", n=5),
    ]  # fmt: skip
    found = findings(MONTH, [*lines, FEES], Terms(), {})
    assert found == [Finding(FindingKind.total_differs, lines[4], other=Money(15000))]
    (fund,) = funds_of([*lines, FEES])
    assert (fund.expense.amount, len(fund.expense.lines), len(fund.expense.stated)) == (Money(15000), 3, 2)


@pytest.mark.parametrize(
    ("note", "yuan"),
    [
        ("（98×110＋275×110＋637×250＋22000）×12", "2667360"), ("1,000*3 元", "3000"), ("2×0.5", "1"),
        ("2026-10-01 至 2027-09-30", None), ("共 3 户", None), ("9月工资", None), ("3×(2", None), ("5×4÷0", None),
        ("007*3", "21"), ("9**9**9", None), ("0.1*3", "0.30"), ("2×" * 190 + "2", str(2**191)),
    ],
)  # fmt: skip
def test_sums_in_notes(note: str, yuan: str | None) -> None:
    assert computed(note) == (None if yuan is None else Money.of_yuan(yuan))


@given(st.text(alphabet="0123456789.()+-*/×÷（）, 元年", max_size=60))
def test_no_note_breaks_the_checks(note: str) -> None:
    assert computed(note) is None or isinstance(computed(note), Money)


def test_a_sum_in_a_note_that_differs_by_more_than_rounding() -> None:
    assert "note_differs" in kinds(a_line("停车费收入", "2511800", IN, note="（98×110＋275×110＋637×250＋22000）×12"))
    assert "note_differs" not in kinds(a_line("管理费", "3930000", IN, note="327509.10×12"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (a_line("外墙翻新及渗水维修", "4800000"), "capital_works"),
        (a_line("零星费用支出", "120097.33"), "lump_sum"),
        (a_line("车库租金", "0", IN, COMMON), "nothing_received"),
        (a_line("屋面大修", "100", OUT, FUND), "no_funding"),
    ],
)
def test_what_is_wrong_in_itself(line: Line, kind: str) -> None:
    assert kinds(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        a_line("外墙翻新", "100", IN, FUND), a_line("电梯维修", "100"), a_line("其他", "900", IN),
        a_line("仓库", "100", IN, COMMON, note="原无合同，合同已到期续签中"), a_line("薪酬", "100", prior="100"),
    ],
)  # fmt: skip
def test_what_is_fine(line: Line) -> None:
    assert kinds(line) == []


# The real month: 9 % of what was paid, taxes and the developer's share left out.
PAID = [
    a_line(item, yuan, n=n)
    for n, (item, yuan) in enumerate(
        [("外包合同", "110950"), ("薪酬", "261467.06"), ("餐补", "18270"), ("采购支出", "120097.33"),
         ("秘书工资", "3600"), ("本月物业管理佣金", "46294.60"), ("税金", "3160.64"), ("应付停车费", "56000")], 1)
]  # fmt: skip
SHARE = Terms(Basis.cash, FeeMode.commission, RemunerationBase.paid, Decimal("0.09"), (7, 8))


def test_the_share_of_the_real_month() -> None:
    assert share_due(PAID, SHARE) == Money.of_yuan("46294.60")
    assert "remuneration_differs" not in kinds(*PAID, terms=SHARE)
    wrong = Terms(Basis.cash, FeeMode.commission, RemunerationBase.paid, Decimal("0.09"), (8,))
    assert "remuneration_differs" in kinds(*PAID, terms=wrong)
    of_fees = Terms(Basis.cash, FeeMode.commission, RemunerationBase.received, Decimal("0.10"))
    assert share_due([*PAID, FEES], of_fees) == Money.of_yuan("10000")
    assert share_due(PAID, Terms()) is None


def test_what_was_drafted_from_the_books_must_equal_them() -> None:
    drafted = a_line("收到的款项", "5.00", IN, from_books=True)
    found = [findings(MONTH, [drafted], Terms(), {}, Books(Money(0), Money(fen))) for fen in (500, 501)]
    assert [[one.kind.value for one in some] for some in found] == [[], ["books_differ"]]


def test_registered_leases_without_term_or_receipts() -> None:
    gate, roof = (Bilingual(name, "") for name in ("道闸广告", "屋顶基站"))
    leases = [
        Lease(gate, False, Money(500), Money(0)),
        Lease(gate, False, Money(500), Money(0)),
        Lease(roof, True, Money(500), Money(500)),
    ]
    common = a_line("屋顶基站", "100", IN, COMMON)
    found = [(one.kind.value, one.name) for one in findings(MONTH, [common, FEES], Terms(), {}, None, leases)]
    assert found == [("no_term", gate), ("nothing_received", gate)]
    assert kinds(leases=leases) == [], "where common areas are told of"
    named = a_line("道闸广告", "0", IN, COMMON)
    assert [one.kind.value for one in findings(MONTH, [named, FEES], Terms(), {}, None, leases)].count(
        "nothing_received"
    ) == 1, "said once"


def test_income_of_common_areas_under_no_contract_of_its_name_is_one_finding_where_contracts_are_registered() -> None:
    roof = Lease(Bilingual("屋顶 基站", ""), True, None, Money(0))
    lines = [a_line(name, "100", IN, COMMON, n=n) for n, name in enumerate(("屋顶基站", "仓库", "会所", "利息"), 1)]
    lines[3] = replace(lines[3], said=True)

    def found(lines: list[Line], leases: list[Lease] | None) -> list[tuple[str, Money]]:
        some = findings(MONTH, [*lines, FEES], Terms(), {}, None, leases)
        return [(one.name.zh, one.other) for one in some if one.name and one.other]

    assert found(lines, [roof]) == [("仓库、会所", Money(20000))]
    assert found(lines, []) == [("屋顶基站、仓库、会所", Money(30000))], "all that were registered ran out"
    assert found(lines, None) == [], "nothing is registered here"
    many = [a_line(f"摊位{n}", "1", IN, COMMON, n=n) for n in range(9)]
    assert found(many, []) == [("摊位0、摊位1、摊位2、摊位3、摊位4、摊位5等 9 项", Money(900))]


def test_whoever_said_what_a_line_is_has_answered_what_arithmetic_asks() -> None:
    lines = [a_line("甲", "60", n=1), a_line("乙", "40", n=2), a_line("丙", "100", n=3), a_line("小计", "7", n=4)]
    lines[3] = replace(lines[3], kind=LineKind.ordinary)  # as an earlier import kept it
    assert kinds(*lines) == ["looks_like_total", "looks_like_total"]
    assert kinds(*(replace(line, said=True) for line in lines)) == []


def test_a_changed_figure_needs_a_new_explanation() -> None:
    one, other = (findings(MONTH, [a_line("外墙翻新", yuan), FEES], Terms(), {})[0].key for yuan in ("100", "101"))
    assert one != other


@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_has_its_words(kind: FindingKind) -> None:
    sentence = said_of(Finding(kind, a_line("甲", "1"), SERVICE, Money(5)))
    assert SAYS[kind] % dict.fromkeys(sentence.facts, "x")


def test_cost_heads() -> None:
    assert head_of_cost("", "清洁外包 cleaning") is CostHead.cleaning
    assert head_of_cost("保险", "责任险") is CostHead.insurance
    assert head_of_cost("", "业主大会奖励") is CostHead.other
    assert head_of_cost("", "Elevator maintenance") is CostHead.upkeep, "no VAT"
    translated = a_line("车辆理赔", "5", en="tax"), a_line("房屋中介佣金", "6"), a_line("管理酬金", "7")
    assert [(one.head, one.amount.fen) for one in by_head(translated)] == [
        (CostHead.other, 1100), (CostHead.remuneration, 700),
    ]  # fmt: skip
    heads = by_head([*PAID, FEES])
    assert total(one.amount for one in heads) == total(line.amount for line in PAID)
    assert [one.head for one in heads] == [h for h in CostHead if h in {one.head for one in heads}]


def test_whose_a_surplus_is() -> None:
    assert whose(SERVICE, FeeMode.lump_sum) != whose(SERVICE, FeeMode.commission)
    assert whose(COMMON, None) == whose(FUND, FeeMode.lump_sum) and whose(SERVICE, None) == ""


@pytest.mark.parametrize("kind", [FindingKind.off_prior, FindingKind.off_year])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_there_before_is_told_without_a_percentage(kind: FindingKind, language: str) -> None:
    with speaking(language):
        told = say(said_of(Finding(kind, a_line("甲", "1"), other=Money(0))))
    assert "%" not in told and "1.00" in told and "0.00" not in told
