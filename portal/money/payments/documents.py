"""The receipt as a PDF: one sheet in both languages, with the font that comes with the install."""

from __future__ import annotations

from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.payments.check_code import grouped
from portal.money.payments.queries import ReceiptFacts
from portal.money.payments.states import Way
from portal.platform.documents.paper import in_capitals, svg_qr, typeset

# The paper is in both languages at once, so its words are not in a catalogue.
WAYS = {
    Way.alipay: ("支付宝", "Alipay"),
    Way.wechat_pay: ("微信支付", "WeChat Pay"),
    Way.card: ("银行卡", "Card"),
    Way.cash: ("现金", "Cash"),
    Way.pos: ("POS 刷卡", "POS terminal"),
    Way.transfer: ("银行转账", "Bank transfer"),
    Way.doorstep: ("上门收取", "Collected at the door"),
}
# Money that was received gets its receipt, even if the company's details are incomplete.
NOT_ENTERED = "公司名称尚未登记 Company not entered"


async def receipt_pdf(facts: ReceiptFacts, base_url: str, sandbox: bool = False) -> bytes:
    """The receipt as PDF; the same payment gives the same bytes. In `sandbox` it says that no money moved."""
    return await typeset("receipt.typ", _data(facts, base_url, sandbox), facts.posted_at)


def _data(facts: ReceiptFacts, base_url: str, sandbox: bool) -> dict[str, object]:
    zh, en = WAYS[facts.way]
    check_at = f"{base_url}/r/{facts.check_code}"
    number = f"{facts.number:06d}"
    return {
        "title": f"收据 Receipt {number}",
        "company": facts.creditor.company or NOT_ENTERED,
        "credit_code": facts.creditor.credit_code,
        "estate": facts.creditor.estate,
        "phone": facts.creditor.telephone,
        "number": number,
        "received_on": facts.received_on.isoformat(),
        "unit": facts.unit,
        "owners": facts.owners or "—",
        "payer": facts.payer or "—",
        "way_zh": zh,
        "way_en": en,
        "reference": facts.reference or "—",
        "lines": [
            {
                "bill": str(line.bill_number),
                "zh": line.item.zh,
                "en": line.item.en,
                "fund": "yes" if line.fund else "",
                "period": _period(line.first, line.last),
                "amount": _yuan(line.amount),
            }
            for line in facts.lines
        ],
        "credit": _yuan(facts.credit) if facts.credit else "",
        "capitals": in_capitals(facts.amount),
        "amount": _yuan(facts.amount),
        "check_code": grouped(facts.check_code),
        "check_at": f"{base_url}/r",
        "qr": svg_qr(check_at),
        "footer": "演示数据，未发生真实收付款 Demonstration: no money moved" if sandbox else facts.creditor.estate,
    }


def _period(first: Month, last: Month) -> str:
    return str(first) if first == last else f"{first} – {last}"


def _yuan(amount: Money) -> str:
    return f"{amount.yuan:,.2f}"
