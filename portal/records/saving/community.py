"""Save community.csv: create or update the estate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from portal.kit import clock
from portal.people.estates.actions import day_seen_to
from portal.people.estates.creditor import FIELDS
from portal.platform.db.unit_of_work import fetch, fetch_value, widen_scope
from portal.records.checking.queries import Cells, Change, Known

TERMS = ("name", "fee_mode", "jurisdiction", "timezone", "currency", "due_rule", "hotline", "contract_ref",
         "expense_limit", *FIELDS)  # fmt: skip
MADE = ("code", *TERMS, "opens_at", "closes_at", "acknowledge_hours", "reply_hours", "close_days", "approval_limit",
        "last_bill_number", "last_payment_number", "created_at")  # fmt: skip


def _places(first: int, names: Sequence[str]) -> str:
    return ", ".join(f"${n}" for n, _name in enumerate(names, first))


_MAKE = f"INSERT INTO community ({', '.join(MADE)}) VALUES ({_places(1, MADE)}) RETURNING id"
_CHANGE = f"UPDATE community SET ({', '.join(TERMS)}) = ROW ({_places(2, TERMS)}) WHERE id = $1"


async def save_community(known: Known, changes: Sequence[Change]) -> int:
    """The community's id; it is made, or its terms are brought up to date."""
    for change in changes:
        values = _terms(change.new)
        if change.old is None:
            made: int = await fetch_value(
                _MAKE,
                change.new["code"],
                *values,
                time(8, 30),
                time(17, 30),
                1,
                24,
                3,
                50_000,
                0,
                0,
                clock.real_now(),
            )
            await widen_scope(made)
            await day_seen_to(made, clock.today(change.new["timezone"]))  # time to check what was imported
            return made
        if not change.same:
            await fetch(
                _CHANGE,
                change.old["id"],
                *values,
            )
    assert known.community is not None, "checked before"
    community: int = known.community["id"]
    return community


def _terms(cells: Cells) -> list[Any]:
    return [cells[name] for name in TERMS]
