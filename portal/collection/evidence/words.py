"""Words for the codes in an evidence pack, and the course of a case in sentences.

The pack is a Chinese paper for a Chinese court: its own words are in no catalogue, the names of states are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from portal.arrears.cases.states import ContactChannel, ContactOutcome, Why
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.arrears.climbing.words import told
from portal.care.disputes.states import DisputeReason, StepKind
from portal.care.plans.states import PlanState
from portal.care.standards.states import ServiceArea
from portal.collection.letters.states import LetterKind
from portal.fees.ledger.states import Account, Fund, JournalKind
from portal.fees.receivables.states import AdjustmentKind, PaymentChannel
from portal.kit.display import money
from portal.kit.money import Money
from portal.kit.words import label, say

# By file and column header: the enum of its codes.
CODES: Mapping[tuple[str, str], type[StrEnum]] = {
    ("02-更正.csv", "种类"): AdjustmentKind,
    ("03-缴费.csv", "渠道"): PaymentChannel,
    ("06-联系记录.csv", "方式"): ContactChannel,
    ("06-联系记录.csv", "结果"): ContactOutcome,
    ("08-异议.csv", "理由"): DisputeReason,
    ("08-异议.csv", "经过"): StepKind,
    ("09-服务记录.csv", "类别"): ServiceArea,
    ("10-分期.csv", "状态"): PlanState,
    ("15-函件.csv", "种类"): LetterKind,
    ("15-函件.csv", "送达方式"): ContactOutcome,
    ("16-调解和诉讼.csv", "途径"): ClaimKind,
    ("16-调解和诉讼.csv", "进展"): ClaimState,
}
JOURNALS = {
    JournalKind.bill: "出账",
    JournalKind.opening: "期初欠费",
    JournalKind.adjustment: "更正、减收或减免",
    JournalKind.payment: "收款",
    JournalKind.credit_use: "账户余额抵缴",
    JournalKind.reversal: "冲回",
}
FUNDS = {
    Fund.service: "物业服务",
    Fund.pass_through: "代收代付",
    Fund.maintenance: "专项维修资金",
    Fund.deposit: "押金",
    Fund.common_area: "公共收益",
}
SIDES = {"receivable": "应收", "charged": "已出账", "clearing": "收款"}
ALONE = {Account.owner_credit: "业主账户余额", Account.suspense: "待核实款项"}
# Every change of a case, as one reads it beside its day.
COURSE = {
    Why.opened: "建档，第{stage}阶段：有 {overdue} 过了应缴日未缴",
    Why.entered: "暂缓结束，从第{stage}阶段继续",
    Why.climbed: "进入第{stage}阶段",
    Why.grown: "有新的账单过了应缴日，共 {overdue} 未缴，{moved}",
    Why.reduced: "欠费减少，剩余 {overdue}，{moved}",
    Why.held: "有款项暂缓催缴，暂缓共 {held}",
    Why.released: "有款项的暂缓结束，仍暂缓 {held}",
    Why.paused: "全部暂缓催缴",
    Why.resumed: "全部暂缓结束",
    Why.settled: "已结清",
}


def in_words(file: str, head: str, code: str) -> str:
    """The name of a code in the current language; other values stay as they are."""
    if (file, head) == ("04-总账摘录.csv", "业务"):
        return JOURNALS[JournalKind(code)]
    if (file, head) == ("04-总账摘录.csv", "科目"):
        return account_in_words(Account(code))
    codes = CODES.get((file, head))
    return label(codes(code)) if codes else code


def account_in_words(account: Account) -> str:
    """An account of the books in words."""
    if account in ALONE:
        return ALONE[account]
    side, of = account.value.split(":")
    return f"{SIDES[side]}·{label(PaymentChannel(of)) if side == 'clearing' else FUNDS[Fund(of)]}"


def course(why: Why, stage: int, before: int, on: date, facts: Mapping[str, Any]) -> str:
    """A change of a case in a sentence. `before` is the stage until then; `facts` are those stored with it."""
    if "gates" in facts:
        return f"进入第{stage}阶段：{say(told(why, stage, on, facts))}"
    moved = "本阶段不变" if stage == before else f"{'回到' if stage < before else '进入'}第{stage}阶段"
    sums = {name: money(Money(facts[name])) for name in ("overdue", "held")}
    return COURSE[why].format(stage=stage, moved=moved, **sums)
