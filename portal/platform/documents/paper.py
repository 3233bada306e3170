"""Papers: a Typst template with its data becomes a PDF, set in the font that comes with the install."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

import cvttf_NotoSansCJK_Bold
import cvttf_NotoSansCJK_Regular
import typst

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
    found = (cvttf_NotoSansCJK_Regular.get_TTF_path(), cvttf_NotoSansCJK_Bold.get_TTF_path())
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(path).parent) for path in found],
    )
