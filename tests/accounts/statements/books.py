"""Statements for tests, written as the import writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding
from portal.accounts.statement_pages.queries import statement_at
from portal.accounts.statement_pages.versions import say_correction
from portal.accounts.statements.states import FindingKind, FoundBy, StatementState
from portal.kit import clock
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from tests.cast import Estate

Row = tuple[str, str, str, str, int, int | None, int | None, str | None]

WHY = "录入时多打了一位。"
ROWS: Sequence[Row] = (
    ("service_fee", "income", "物业收入", "管理费", 30897085, 32750910, None, None),
    ("service_fee", "income", "物业收入", "停车费", 24230856, 20931667, None, "含临停"),
    ("service_fee", "expense", "人员", "薪酬", 26146706, 27500000, None, "9月工资"),
    ("service_fee", "expense", "维修", "=门禁维修", 119000, None, None, "@内部备注"),
    ("common_area_revenue", "income", "经营", "商铺出租", 500000, 500000, 480000, None),
)


async def draft(
    community: int,
    rows: Sequence[Row] = ROWS,
    *,
    code: str = "joint-2026-10",
    version: int = 1,
    title: str = "2026年10月共管账户收支",
) -> UUID:
    """A draft of a month with its lines; sums in fen."""
    async with unit_of_work(community):
        statement = await fetch_value(
            "INSERT INTO statement (id, community, code, version, title, starts_on, ends_on, state)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, 'draft') RETURNING id",
            community,
            code,
            version,
            title,
            date(2026, 10, 1),
            date(2026, 10, 31),
        )
        for position, (fund, side, category, item, amount, budget, prior, note) in enumerate(rows, 1):
            await fetch(
                "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh,"
                " item_en, amount, budget, prior, note)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11)",
                community,
                statement,
                position,
                fund,
                side,
                category,
                item,
                amount,
                budget,
                prior,
                note,
            )
        return statement


async def publish(estate: Estate, statement: UUID) -> None:
    """Finance says of a correction what it has to, and signs it; the manager publishes it."""
    await correct(estate["蒋涛"], statement)
    assert await sign_statement(statement, by=estate["蒋涛"]) is StatementState.draft
    assert await sign_statement(statement, by=estate["沈平"]) is StatementState.published


async def correct(by: Principal, statement: UUID, why: str = WHY) -> None:
    """Say of a correction who found it, until when owners may object, and of each line why it differs."""
    shown = (await statement_at(by, statement)).shown
    if shown.correction is None or not shown.row.can_be_published:
        return
    await say_correction(by, statement, FoundBy.audit, clock.today(shown.row.zone) + timedelta(days=15))
    for one in shown.explained:
        if one.finding.kind is FindingKind.corrected:
            await explain_finding(by, statement, one.finding.key, why)
