"""Papers for mediators and courts: no page begins or ends with the last words alone."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from portal.platform.documents.paper import typeset
from tests.builders import COMPANY

AT = datetime(2026, 11, 20, tzinfo=UTC)
CREDITOR = COMPANY | {"hotline": "400-000-0000", "hours": "08:30–17:30", "estate": "明溪花园"}
BOTH: dict[str, Any] = {
    "kind": "mediation", "creditor": CREDITOR, "estate": "明溪花园", "unit": "1栋101", "owners": "陈静", "sandbox": "",
    "left": "100.00",
}  # fmt: skip
CLAIM = BOTH | {
    "role": "系明溪花园1栋101的业主。", "live_at": "", "contract": "", "prepared": "2026年11月20日", "total": "100.00",
    "capitals": "壹佰元整", "limit": "", "source": "", "covered": "", "demand": "",
}  # fmt: skip
CHANGE = BOTH | {
    "filed": "2026年11月20日", "reference": "", "asked": "200.00", "less": "100.00", "more": "", "nothing": "",
}  # fmt: skip
ROW = {
    "bill": "1", "zh": "物业服务费", "months": "2026-10", "due": "2026-11-15", "amount": "100.00",
    "calculation": "89.37㎡ × 2.80元/㎡·月 × 1个月 ＝ 250.24元", "source": "服务合同第三条", "billed": "250.24",
    "corrected": "−50.24", "paid": "100.00", "held": "—",
    "month": "2026-10", "claimed": "200.00", "gone": "100.00", "left": "100.00",
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("paper", "data", "before"), [("claim.typ", CLAIM, "证据和证据来源"), ("claim_change.typ", CHANGE, "剩余合计")]
)
async def test_the_last_words_stand_with_what_comes_before_and_after_them(
    paper: str, data: dict[str, Any], before: str
) -> None:
    pages = set()
    for lines in range(1, 25):
        pdf = PdfReader(io.BytesIO(await typeset(paper, data | {"lines": [ROW] * lines}, AT)))
        pages.add(len(pdf.pages))
        [last] = [text for page in pdf.pages if "此致" in (text := page.extract_text())]
        assert before in last and "（盖章）" in last, f"{paper} with {lines} lines"
    assert len(pages) > 1, "the break was somewhere among them"
