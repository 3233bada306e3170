"""The visit sheet as a PDF. The same facts give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.arrears.case_file.contact_log import ContactRow
from portal.arrears.cases.states import ContactOutcome
from portal.care.plans.rules import Part
from portal.collection.letters.documents import beside, stated_line
from portal.collection.outreach.visits import Complaint, Pack
from portal.kit.money import Money
from portal.kit.words import label
from portal.platform.documents.paper import typeset


async def pack_pdf(packs: Sequence[Pack]) -> bytes:
    """The pack as PDF; words that are not in both languages are in the reader's."""
    return await typeset("visit.typ", {"packs": [_data(pack) for pack in packs]}, max(pack.at for pack in packs))


def _data(pack: Pack) -> dict[str, object]:
    case, log, zone = pack.found.case, pack.found.log, ZoneInfo(pack.found.case.zone)
    return {
        "creditor": pack.facts["creditor"],
        "estate": case.estate,
        "unit": case.unit,
        "owners": case.people or "—",
        "on": case.on.isoformat(),
        "printed": f"{pack.at.astimezone(zone):%Y-%m-%d %H:%M}",
        "stage": str(case.stage),
        "days": str(case.days),
        "chaseable": _yuan(case.chaseable),
        "held": _yuan(case.held),
        **beside(pack.facts),
        "reason": label(log.reason),
        "lines": [stated_line(line) for line in pack.facts["lines"]],
        "works": [[_day(work.done_at, zone), work.title, work.place, work.department] for work in pack.works],
        "complaints": [_complaint(one, zone) for one in pack.complaints],
        "contacts": [
            [one.on.isoformat(), label(one.channel), label(one.outcome), _note(one)] for one in log.contacts[:8]
        ],
        "promises": [[one.on.isoformat(), _yuan(one.amount), label(one.kept)] for one in log.promises[:3]],
        "offers": [_offer(parts) for parts in pack.offers],
    }


def _note(one: ContactRow) -> str:
    """A note of a contact, but never about hardship, whoever prints it: others will see the paper."""
    return "" if one.outcome is ContactOutcome.hardship else one.body or ""


def _complaint(one: Complaint, zone: ZoneInfo) -> list[str]:
    outcome = label(one.outcome) if one.outcome else ""
    return [_day(one.opened_at, zone), one.item, f"{label(one.reason)}：{one.body}", f"{outcome} {one.answer}".strip()]


def _offer(parts: Sequence[Part]) -> list[str]:
    return [str(len(parts)), _yuan(parts[0].amount), _yuan(parts[-1].amount), parts[0].due_on.isoformat()]


def _yuan(amount: Money) -> str:
    return f"{amount.yuan:,.2f}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    on: date = at.astimezone(zone).date()
    return on.isoformat()
