"""The receipt says in both languages what was paid, for what, and in words."""

from datetime import UTC, date, datetime

import pytest

from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.payments.documents import WAYS, _data, receipt_pdf
from portal.money.payments.queries import ReceiptFacts, ReceiptLine
from portal.money.payments.states import Way
from portal.people.estates.creditor import Creditor
from portal.platform.documents.paper import svg_qr
from tests.builders import COMPANY

pytestmark = pytest.mark.anyio

PORTAL = "https://portal.example"
FACTS = ReceiptFacts(
    number=7,
    creditor=Creditor("明溪花园", **COMPANY, hotline="", hours="08:30–17:30"),
    owners="陈静",
    unit="1栋101",
    payer="陈静",
    amount=Money(30000),
    credit=Money(5046),
    way=Way.alipay,
    reference=None,
    received_on=date(2026, 11, 20),
    posted_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    check_code="0123456789012345",
    lines=[
        ReceiptLine(1, Bilingual("物业服务费", "Service fee"), Month(2026, 11), Month(2026, 11), Money(23124), False),
        ReceiptLine(1, Bilingual("公共能耗 #[*]", "Energy $x$"), Month(2026, 9), Month(2026, 11), Money(1830), True),
    ],
)


async def test_the_same_payment_gives_the_same_bytes():
    first = await receipt_pdf(FACTS, PORTAL)
    assert first.startswith(b"%PDF-")
    assert first == await receipt_pdf(FACTS, PORTAL)
    assert b"NotoSansCJK" in first


def test_lines_credit_and_capitals_add_up_on_paper():
    data = _data(FACTS, PORTAL, sandbox=False)
    assert data["amount"] == "300.00"
    assert data["capitals"] == "叁佰元整"
    assert [line["amount"] for line in data["lines"]] == ["231.24", "18.30"]
    assert [line["period"] for line in data["lines"]] == ["2026-11", "2026-09 – 2026-11"]
    assert data["credit"] == "50.46"
    assert "Demonstration" in str(_data(FACTS, PORTAL, sandbox=True)["footer"])


def test_every_way_to_pay_has_its_words():
    assert set(WAYS) == set(Way)


def test_the_paper_says_where_and_with_which_code_it_can_be_checked():
    data = _data(FACTS, PORTAL, sandbox=False)
    assert (data["check_at"], data["check_code"]) == ("https://portal.example/r", "0123 4567 8901 2345")
    assert data["qr"] == svg_qr("https://portal.example/r/0123456789012345")
