"""How the demo estate publishes its accounts: two people sign, findings are explained, a budget is fixed."""

from __future__ import annotations

import csv
import tempfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from demo import cast
from demo.accounts import (
    SHARE_RATE,
    TAX,
    accounts,
    accounts_month,
    booked_accounts,
    corrected_budget,
    figures,
    moved,
    numbered,
    rents_month,
)
from demo.estate import CODE, COLUMNS
from demo.homes import Row
from portal.accounts.common_areas.actions import (
    Contract,
    Movement,
    Receipt,
    record_movement,
    record_receipt,
    register_contract,
)
from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import Wish, draft_from_books, explain_finding, set_terms
from portal.accounts.questions.actions import answer, ask
from portal.accounts.statement_pages.queries import statement_at
from portal.accounts.statement_pages.versions import say_correction
from portal.accounts.statements.states import Basis, FindingKind, FoundBy, RemunerationBase
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, unit_of_work
from portal.records.saving.actions import import_estate

OBJECTIONS = timedelta(days=15)
WHY = {
    FindingKind.capital_works: "拟提交业主大会表决；表决通过并明确资金来源之前不开工。",
    FindingKind.note_differs: "按原表公布。差额正在核对，核对清楚后以新版本更正。",
    FindingKind.nothing_received: "本月没有到账，已通知对方付款，到账后列入当月收支报表。",
    FindingKind.lump_sum: "由若干小额项目合成，凭证存物业服务中心，业主可预约查阅。",
    FindingKind.corrected: "原版误列或误算，本版按资金归属和算式改正。",
    FindingKind.no_funding: "由专项维修资金历年结余支付，动用须经业主大会表决。",
}
MOVED = (
    (Pot.common_area_revenue, "-4820", "业主大会投票奖励，241 户每户 20 元"),
    (Pot.maintenance_fund, "2860000", "上年结余转入"),
    (Pot.maintenance_fund, "-48600", "3栋屋面防水维修"),
)
ASKED = (
    (
        "two_homes",
        "临时停车费",
        "临停收入是怎么算出来的？",
        "道闸系统按次计费，本月 1172 车次，每次 5 元；明细可以在物业服务中心查看。",
    ),
    (
        "chair",
        "清洁外包",
        "清洁外包有多少人，怎么计价？",
        "合同约定 11 人，每人每月 3600 元，合同存物业服务中心。",
    ),
    ("early", "电梯配件", "7 栋电梯上半年也换过配件，保修期内要另外收费吗？", ""),
)


_PAID = """
SELECT i.code, sum(a.amount)::bigint AS fen FROM payment p JOIN allocation a ON a.payment = p.id AND a.reason IS NULL
JOIN bill_line l ON l.id = a.line JOIN charge_item i ON i.id = l.item
WHERE p.community = $1 AND p.received_on BETWEEN $2 AND $3 AND i.kind IN ('service_fee', 'parking', 'refuse', 'other')
GROUP BY i.code ORDER BY fen DESC
"""
_BILLED = """
SELECT i.code, sum(l.amount)::bigint AS fen FROM bill b JOIN bill_line l ON l.bill = b.id
JOIN charge_item i ON i.id = l.item WHERE b.community = $1 AND b.kind = 'run' AND b.period = $2
AND i.kind IN ('utility', 'pass_through') GROUP BY i.code ORDER BY i.code
"""


async def publish_accounts(community: int, on: date) -> None:
    """Publish every draft, mend the budget by a second version, ask and answer, and leave a new draft on the desk."""
    finance, manager = await cast.staff_member("finance"), await cast.staff_member("manager")
    paid, billed = await _books(community, accounts_month(on))
    for rows in (accounts(on) + booked_accounts(on, paid, billed), corrected_budget(on)):
        await _bring_in(rows)
        for draft in await _drafts(community):
            await _publish(community, draft, finance, manager)
    await _ask(community, finance)
    await _let(community, on, finance)
    last = Month.of(on) + -1
    wish = Wish(f"fees-{last}", f"{last.year}年{last.month}月物业服务费收入", last.first, last.last, Basis.cash)
    await draft_from_books(finance, community, wish)


async def _books(community: int, month: Month) -> tuple[dict[str, Money], dict[str, Money]]:
    """What was paid in a month by items of the company's own, and what it bills of water and power, item by item."""
    async with unit_of_work(community, read_only=True):
        paid = await fetch(_PAID, community, month.first, month.last)
        billed = await fetch(_BILLED, community, str(month))
    return tuple({row["code"]: Money(row["fen"]) for row in rows} for rows in (paid, billed))  # type: ignore[return-value]


async def _bring_in(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS["accounts"].split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        report = await import_estate(Path(folder), CODE, actor="demo")
    if report.errors:
        raise SystemExit(f"the accounts could not be brought in: {report.errors[:3]}")


async def _drafts(community: int) -> list[UUID]:
    async with unit_of_work(community, read_only=True):
        rows = await fetch(
            "SELECT id FROM statement WHERE community = $1 AND state = 'draft' ORDER BY ends_on, code", community
        )
    return [row["id"] for row in rows]


async def _publish(community: int, draft: UUID, finance: Principal, manager: Principal) -> None:
    code = (await statement_at(finance, draft)).shown.row.code
    if code.startswith("joint-"):
        await set_terms(
            finance,
            draft,
            basis=Basis.cash,
            base=RemunerationBase.paid,
            rate=SHARE_RATE,
            outside=await _outside(draft, community),
        )
    elif code.startswith("utilities-"):
        await set_terms(finance, draft, Basis.accrual)
    shown = (await statement_at(finance, draft)).shown
    if shown.correction:
        await say_correction(finance, draft, FoundBy.own_check, clock.today(shown.row.zone) + OBJECTIONS)
    for one in shown.explained:
        if one.finding.wants_words or one.finding.kind in WHY:
            await explain_finding(finance, draft, one.finding.key, WHY[one.finding.kind])
    await sign_statement(draft, finance)
    await sign_statement(draft, manager)


async def _outside(draft: UUID, community: int) -> list[int]:
    """The lines that are left out of the manager's base: the tax."""
    async with unit_of_work(community, read_only=True):
        rows = await fetch(
            "SELECT position FROM statement_line WHERE statement = $1 AND side = 'expense' AND item_zh = $2",
            draft,
            TAX,
        )
    return [row["position"] for row in rows]


async def _let(community: int, on: date, finance: Principal) -> None:
    """The contracts of the common areas as the source has them, under years of our own; and what was done with it."""
    month = rents_month(on)
    for row in figures("common_area_rental"):
        if not row["contract_price"]:
            continue
        first, _dots, last = moved(row["contract_term"], on).partition("..")
        agreed = Contract(
            source_zh=numbered(row),
            source_en=row["category_en"],
            price=Money.of_yuan(row["contract_price"]),
            rhythm=Rhythm(row["unit"].split()[0]),
            starts_on=date.fromisoformat(first) if last else None,
            ends_on=date.fromisoformat(last) if last else None,
            beneficiary=Beneficiary.estate,
            building="",
            decided_by="",
        )
        let = await register_contract(finance, community, agreed)
        if row["received_cny"]:
            came = Receipt(month.first, month.last, Money.of_yuan(row["received_cny"]), min(month.last, on))
            await record_receipt(finance, let, came)
    for pot, yuan, purpose in MOVED:
        amount, day = Money.of_yuan(yuan), month.last
        await record_movement(finance, community, Movement(pot, amount, day, purpose, "业主大会决议"))


async def _ask(community: int, finance: Principal) -> None:
    for who, item, words, reply in ASKED:
        async with unit_of_work(community, read_only=True):
            line = await fetch_one(
                "SELECT l.statement, l.position FROM statement_line l JOIN statement s ON s.id = l.statement"
                " WHERE s.community = $1 AND s.state = 'published' AND s.code LIKE 'joint-%' AND l.item_zh = $2"
                " ORDER BY l.position LIMIT 1",
                community,
                item,
            )
        if line is None:
            raise LookupError(item)
        asked = await ask(await cast.owner(who), line["statement"], str(line["position"]), words)
        if reply:
            await answer(finance, asked, reply)
