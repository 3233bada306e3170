"""Notify debtors when what is left of a claim changes. Staff see it at once."""

from __future__ import annotations

from asyncpg import Record

from portal.arrears.claims.states import LIVE, ClaimState
from portal.arrears.climbing.reminders import no_sooner
from portal.kit import clock
from portal.kit.money import Money
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.jobs.queue import in_turn

_UNTOLD = """
SELECT DISTINCT ON (t.claim) t.claim, t.community FROM claim_left t WHERE t.told_at IS NULL ORDER BY t.claim
"""
_LAST = """
UPDATE claim_left t SET told_at = $2 FROM claim c WHERE t.claim = $1 AND t.told_at IS NULL AND c.id = t.claim
RETURNING t.number, t.amount, c.state, c.kind, c.debtor
"""
_CLAIM = """
SELECT b.claimed, u.name AS unit, e.timezone FROM claim c JOIN claim_balance b ON b.claim = c.id
JOIN debtor d ON d.id = c.debtor JOIN unit u ON u.id = d.unit JOIN community e ON e.id = c.community WHERE c.id = $1
"""


async def tell_claims() -> dict[str, int]:
    """Notify the debtors of claims whose remaining sum has changed since the last notice; safe to run twice, late."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        untold = await fetch(_UNTOLD)
    await in_turn("what is left of a claim", untold, _tell)
    return {"told": len(untold)}


async def _tell(untold: Record) -> None:
    """Only the newest sum: two changes within a minute give one notice. A claim that was not filed gives none."""
    async with unit_of_work(untold["community"]):
        rows = sorted(await fetch(_LAST, untold["claim"], clock.real_now()), key=lambda row: row["number"])
        if not rows or rows[-1]["state"] not in LIVE or rows[-1]["state"] == ClaimState.prepared:
            return
        last = rows[-1]
        [claim] = await fetch(_CLAIM, untold["claim"])
        people = await fetch("SELECT person FROM debtor_member WHERE debtor = $1 ORDER BY person", last["debtor"])
        await tell(
            [one["person"] for one in people],
            NoticeKind.claim_left,
            community=untold["community"],
            subject=f"claim:{untold['claim']}",
            period=str(last["number"]),
            link="/case",
            channels=(Channel.inbox, Channel.sms),
            not_before=no_sooner(claim["timezone"]),
            path=last["kind"],
            unit=claim["unit"],
            total=Money(claim["claimed"]),
            amount=Money(last["amount"]),
        )
