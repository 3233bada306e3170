"""PDFs from Typst templates, QR codes, and amounts in capital numerals (人民币大写)."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

import cvttf_NotoSansCJK_Bold
import cvttf_NotoSansCJK_Regular
import segno
import typst

from portal.kit.money import Money
from portal.kit.period import Month

DOCUMENTS = Path(__file__).parents[3] / "templates" / "documents"


async def typeset(template: str, data: Mapping[str, object], at: datetime) -> bytes:
    """The bytes of the PDF, dated `at`; the same data gives the same bytes. `template` is a file of DOCUMENTS."""
    return await asyncio.to_thread(
        typst.compile,
        DOCUMENTS / template,
        root=DOCUMENTS,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )


def written_day(day: date) -> str:
    """A day as a Chinese paper writes it, in whatever language its reader reads the portal."""
    return f"{day.year}年{day.month}月{day.day}日"


def written_deadline(day: date) -> str:
    """The same with its day of the week."""
    return f"{written_day(day)}（星期{'一二三四五六日'[day.weekday()]}）"


def written_month(month: Month) -> str:
    """2026年9月"""
    return f"{month.year}年{month.month}月"


@cache
def _fonts() -> typst.Fonts:
    """Both weights, shared: loading them for each document would take longer than the document."""
    result = (cvttf_NotoSansCJK_Regular.get_TTF_path(), cvttf_NotoSansCJK_Bold.get_TTF_path())
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(path).parent) for path in result],
    )


def svg_qr(address: str) -> str:
    """The code for an address."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()


DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Money) -> str:
    """1234.50 yuan as 壹仟贰佰叁拾肆元伍角整. Raises ValueError below zero or from 10^16 yuan on.

    After the rules of writing of the Payment and Settlement Measures (支付结算办法, annex 1).
    """
    if not 0 <= amount.fen < 10**18:
        raise ValueError("only sums from zero to 10^16 yuan have capitals")
    yuan, cents = divmod(amount.fen, 100)
    jiao, fen = divmod(cents, 10)
    whole = f"{_number(yuan)}元" if yuan else ""
    if not cents:
        return f"{whole or '零元'}整"
    part = f"{DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return whole + part + (f"{DIGITS[fen]}分" if fen else "整")


def _number(value: int) -> str:
    """A whole number in groups of four digits; runs of zeros are said once, between digits only."""
    groups, at = "", 0
    while value:
        value, four = divmod(value, 10_000)
        if four:
            gap = "零" if value and (four < 1000 or value % 10 == 0) else ""
            groups = f"{gap}{_four(four)}{GROUPS[at]}{groups}"
        elif groups and not groups.startswith("零"):
            groups = f"零{groups}"
        at += 1
    return groups


def _four(value: int) -> str:
    digits = "".join(f"{DIGITS[d]}{PLACES[3 - i]}" if d else "零" for i, d in enumerate(int(c) for c in f"{value:04d}"))
    return re.sub("零+", "零", digits).strip("零")
