"""community.csv: the estate itself, made or brought up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from portal.communities.days import day_seen_to
from portal.db import fetch, fetch_value, widen_scope
from portal.estate.known import Cells, Change, Known
from portal.kit import clock

TERMS = ("name", "fee_mode", "jurisdiction", "timezone", "currency", "due_rule", "hotline", "contract_ref", "company",
         "expense_limit")  # fmt: skip


async def save_community(known: Known, changes: Sequence[Change]) -> int:
    """The community's id; it is made, or its terms are brought up to date."""
    for change in changes:
        values = _terms(change.new)
        if change.old is None:
            made = await fetch_value(
                "INSERT INTO community (code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline,"
                " contract_ref, company, expense_limit, opens_at, closes_at, acknowledge_hours, reply_hours,"
                " close_days, approval_limit, last_bill_number, last_payment_number, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, 24, 3, 50000, 0, 0,"
                " $14) RETURNING id",
                change.new["code"],
                *values,
                time(8, 30),
                time(17, 30),
                clock.real_now(),
            )
            await widen_scope(made)
            await day_seen_to(made, clock.today(change.new["timezone"]))  # time to check what was imported
            return made
        if not change.same:
            await fetch(
                "UPDATE community SET name = $2, fee_mode = $3, jurisdiction = $4, timezone = $5, currency = $6,"
                " due_rule = $7, hotline = $8, contract_ref = $9, company = $10, expense_limit = $11 WHERE id = $1",
                change.old["id"],
                *values,
            )
    assert known.community is not None, "checked before"
    return known.community["id"]


def _terms(cells: Cells) -> list[Any]:
    return [cells[name] for name in TERMS]
