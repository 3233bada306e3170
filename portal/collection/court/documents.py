"""The documents of a claim as PDFs: the one that opens it and the note that changes it, only while they are true."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from portal.arrears.claims.states import ClaimState, Task
from portal.collection.court.queries import ClaimPage, claim_at_desk
from portal.collection.court.words import TASKS
from portal.collection.letters.documents import beside, stated_line
from portal.kit.errors import Missing, Refused
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import reading
from portal.platform.documents.paper import in_capitals, typeset, written_day

HOW = {
    "handed_over": "由收件人本人签收",
    "household": "由同住成年家属签收",
    "posted": "留置于住处门口并拍照，有见证人",
    "registered": "以挂号信送达",
    "opened": "由业主在其业主服务收件箱中打开",
}
# The role of a debtor; an heir is liable up to what was inherited (Civil Code 1161).
ROLES = {
    "owner": "系%s的业主。",
    "former": "在下列费用所属期间系%s的业主，房屋现已变更业主。",
    "heir": "系%s原业主的继承人，在所得遗产的实际价值范围内清偿。",
}


async def change_pdf(claim: ClaimPage, at: datetime, sandbox: bool = False) -> bytes:
    """The document that reduces a claim, withdraws it, or leaves only its fee, as of a moment; as PDF."""
    row = claim.row
    filed = next(step for step in claim.steps if step.state is ClaimState.filed)
    data = {
        "kind": row.kind.value,
        "estate": claim.facts["estate"],
        "creditor": claim.facts.get("creditor"),
        "unit": claim.facts["unit"],
        "owners": claim.facts["owners"] or "",
        "filed": written_day(filed.on),
        "reference": next((step.reference for step in reversed(claim.steps) if step.reference), ""),
        "asked": _yuan(row.claimed),
        "less": _yuan(row.amount - row.left),
        "left": _yuan(row.left),
        "more": "yes" if row.left > row.claimed else "",
        "nothing": "" if row.left else "yes",
        "lines": [
            {
                "bill": str(line.bill),
                "month": str(line.period),
                "zh": line.item.zh,
                "claimed": _yuan(line.claimed),
                "gone": _yuan(line.claimed - line.left),
                "left": _yuan(line.left),
            }
            for line in claim.lines
        ],
        "sandbox": "yes" if sandbox else "",
    }
    return await typeset("claim_change.typ", data, at)


def _yuan(sum_: Money) -> str:
    return f"{sum_.yuan:,.2f}"


async def claim_pdf(claim: ClaimPage, sandbox: bool = False) -> bytes:
    """The claim as PDF; the same claim gives the same bytes. In `sandbox` it says that it is not binding."""
    facts, row = claim.facts, claim.row
    demand = facts["demand"]
    data = {
        "kind": row.kind.value,
        "creditor": facts.get("creditor"),  # claims of before name the estate alone
        "estate": facts["estate"],
        "unit": facts["unit"],
        "owners": facts["owners"] or "",
        "role": ROLES.get(facts.get("standing", ""), ROLES["owner"]) % f"{facts['estate']}{facts['unit']}",
        "live_at": "；".join(facts.get("addresses", ())),
        "contract": facts["contract"] or "",
        "prepared": written_day(claim.steps[0].on),
        "total": f"{row.amount.yuan:,.2f}",
        "capitals": in_capitals(row.amount),
        "limit": f"{Money(facts['limit']).yuan:,.2f}" if facts.get("limit") else "",
        "source": facts.get("source", ""),
        "covered": beside(facts)["covered"],
        "demand": f"{written_day(date.fromisoformat(demand['on']))}{HOW[demand['how']]}" if demand else "",
        "lines": [stated_line(line) for line in facts["lines"]],
        "sandbox": "yes" if sandbox else "",
    }
    return await typeset("claim.typ", data, claim.at)


@reading
async def paper_to_hand_in(by: Principal, claim: UUID) -> ClaimPage:
    """A claim whose document is to be printed. Raises Missing, and Refused if it is not filed and less is left."""
    claim_view = await claim_at_desk(by, claim)
    if claim_view.row.task is Task.renew:
        raise Refused(TASKS[Task.renew], left=claim_view.row.left, claimed=claim_view.row.claimed)
    return claim_view


@reading
async def change_to_hand_in(by: Principal, claim: UUID) -> ClaimPage:
    """A claim with a change to file. Raises Missing, also if there is no change."""
    claim_view = await claim_at_desk(by, claim)
    if not claim_view.changeable or claim_view.row.task is None:
        raise Missing
    return claim_view
