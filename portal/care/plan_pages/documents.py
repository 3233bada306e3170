"""The agreement as a PDF, with the exact text, the dates and amounts, and who agreed when."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from portal.care.plans.rows import PlanPage
from portal.care.plans.rules import GRACE_DAYS
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.platform.documents.paper import in_capitals, typeset


async def agreement_pdf(found: PlanPage, sandbox: bool = False) -> bytes:
    """The bytes of the PDF; the same agreement gives the same bytes, whatever was paid since. Raises Missing before.

    In `sandbox` it says that it binds nobody.
    """
    if found.agreed_at is None:
        raise Missing
    return await typeset("agreement.typ", _data(found, sandbox), found.agreed_at)


def _data(found: PlanPage, sandbox: bool) -> dict[str, object]:
    """Nothing that changes after the agreement: not the state, and not what was paid."""
    assert found.agreed_at and found.agreed_text
    return {
        "title": f"分期缴费协议 Instalment agreement {found.plan.unit}",
        "estate": found.estate,
        "unit": found.plan.unit,
        "owners": found.plan.people or "—",
        "total": _yuan(found.plan.total),
        "capitals": in_capitals(found.plan.total),
        "lines": [
            {
                "period": str(line.period),
                "zh": line.item.zh,
                "en": line.item.en,
                "due": line.due_on.isoformat(),
                "amount": _yuan(line.amount),
            }
            for line in found.lines
        ],
        "parts": [
            {"number": str(row.part.number), "due": row.part.due_on.isoformat(), "amount": _yuan(row.part.amount)}
            for row in found.parts
        ],
        "grace": str(GRACE_DAYS),
        "text": found.agreed_text.splitlines(),
        "sha256": found.agreed_sha256,
        "agreed_at": f"{found.agreed_at.astimezone(ZoneInfo(found.zone)):%Y-%m-%d %H:%M:%S %z}",
        "agreed_by": found.agreed_by or found.plan.people or "—",
        "session": str(found.agreed_session),
        "plan": str(found.plan.id),
        "footer": "演示数据，对任何人不具约束力 Demonstration: this binds nobody" if sandbox else found.estate,
    }


def _yuan(amount: Money) -> str:
    return f"{amount.yuan:,.2f}"
