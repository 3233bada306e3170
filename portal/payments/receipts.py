"""The receipt as a PDF: one sheet in both languages, with the font that comes with the install."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path

import cvttf_NotoSansCJK_Bold
import cvttf_NotoSansCJK_Regular
import typst

from portal.kit.capitals import in_capitals
from portal.kit.money import Money
from portal.kit.period import Month
from portal.payments.queries import ReceiptFacts
from portal.payments.states import Way

DOCUMENTS = Path(__file__).parents[2] / "templates" / "documents"
# A paper in two languages at once, so its words are not in a catalogue.
WAYS = {
    Way.alipay: ("支付宝", "Alipay"),
    Way.wechat_pay: ("微信支付", "WeChat Pay"),
    Way.card: ("银行卡", "Card"),
    Way.cash: ("现金", "Cash"),
    Way.pos: ("POS 刷卡", "POS terminal"),
    Way.transfer: ("银行转账", "Bank transfer"),
    Way.doorstep: ("上门收取", "Collected at the door"),
}


async def receipt_pdf(facts: ReceiptFacts, sandbox: bool = False) -> bytes:
    """The bytes of the PDF; the same payment gives the same bytes. In `sandbox` it says that no money moved."""
    data = json.dumps(_data(facts, sandbox), ensure_ascii=False)
    return await asyncio.to_thread(
        typst.compile,
        DOCUMENTS / "receipt.typ",
        root=DOCUMENTS,
        font_paths=_fonts(),
        sys_inputs={"data": data},
        timestamp=int(facts.posted_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """Both weights, shared: loading them for each document would take longer than the document."""
    found = (cvttf_NotoSansCJK_Regular.get_TTF_path(), cvttf_NotoSansCJK_Bold.get_TTF_path())
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(path).parent) for path in found],
    )


def _data(facts: ReceiptFacts, sandbox: bool) -> dict[str, object]:
    zh, en = WAYS[facts.way]
    number = f"{facts.number:06d}"
    return {
        "title": f"收据 Receipt {number}",
        "estate": facts.estate,
        "number": number,
        "received_on": facts.received_on.isoformat(),
        "unit": facts.unit,
        "payer": facts.payer or "—",
        "way_zh": zh,
        "way_en": en,
        "reference": facts.reference or "—",
        "lines": [
            {
                "bill": str(line.bill_number),
                "zh": line.item.zh,
                "en": line.item.en,
                "period": _period(line.first, line.last),
                "amount": _yuan(line.amount),
            }
            for line in facts.lines
        ],
        "credit": _yuan(facts.credit) if facts.credit else "",
        "capitals": in_capitals(facts.amount),
        "amount": _yuan(facts.amount),
        "footer": "演示数据，未发生真实收付款 Demonstration: no money moved" if sandbox else facts.estate,
    }


def _period(first: Month, last: Month) -> str:
    return str(first) if first == last else f"{first} – {last}"


def _yuan(amount: Money) -> str:
    return f"{amount.yuan:,.2f}"
