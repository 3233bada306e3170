"""The agreement as a PDF, with the exact text, the dates and amounts, and who agreed when."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from portal.care.plans.rows import PlanPage
from portal.care.plans.rules import GRACE_DAYS
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.platform.documents.paper import in_capitals, typeset


async def agreement_pdf(view: PlanPage, sandbox: bool = False) -> bytes:
    """The agreement as PDF, the same bytes whatever was paid since. Raises Missing before it is agreed.

    In `sandbox` it says that it is not binding.
    """
    if view.agreed_at is None:
        raise Missing
    return await typeset("agreement.typ", _data(view, sandbox), view.agreed_at)


def _data(view: PlanPage, sandbox: bool) -> dict[str, object]:
    """The data of the agreement; nothing that changes later, like the state or what was paid."""
    assert view.agreed_at and view.agreed_text
    return {
        "title": f"分期缴费协议 Instalment agreement {view.plan.unit}",
        "estate": view.estate,
        "unit": view.plan.unit,
        "owners": view.plan.people or "—",
        "total": _yuan(view.plan.total),
        "capitals": in_capitals(view.plan.total),
        "lines": [
            {
                "period": str(line.period),
                "zh": line.item.zh,
                "en": line.item.en,
                "due": line.due_on.isoformat(),
                "amount": _yuan(line.amount),
            }
            for line in view.lines
        ],
        "parts": [
            {"number": str(row.part.number), "due": row.part.due_on.isoformat(), "amount": _yuan(row.part.amount)}
            for row in view.parts
        ],
        "grace": str(GRACE_DAYS),
        "text": view.agreed_text.splitlines(),
        "sha256": view.agreed_sha256,
        "agreed_at": f"{view.agreed_at.astimezone(ZoneInfo(view.zone)):%Y-%m-%d %H:%M:%S %z}",
        "agreed_by": view.agreed_by or view.plan.people or "—",
        "session": str(view.agreed_session),
        "plan": str(view.plan.id),
        "footer": "演示数据，对任何人不具约束力 Demonstration: this binds nobody" if sandbox else view.estate,
    }


def _yuan(amount: Money) -> str:
    return f"{amount.yuan:,.2f}"
