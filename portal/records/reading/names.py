"""Checks of names in an import, which spreadsheets like to turn into dates or numbers."""

from __future__ import annotations

import re

from portal.kit.i18n import N_
from portal.records.reading.cells import BadCell, Parse, text

BECAME_A_DAY = N_(
    "“%(text)s” is a date, perhaps made by the spreadsheet out of a name such as 3-12. Format "
    "the column as text and type the name again."
)
CUT_OFF = N_(
    "“%(text)s” is a number that the spreadsheet cut to 15 digits. Format the column as text and "
    "type it again; if it is right, put a letter in front."
)
A_TOTAL = N_("“%(text)s” is a total, not a separate row. Remove the row.")

_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
# As spreadsheets show the 12th of March 2026, in a cell and in the CSV of it.
_DAY = re.compile(
    r"(?:19|20)\d{2}(?:-\d{2}-\d{2}|/\d{1,2}/\d{1,2}|年\d{1,2}月(?:\d{1,2}日)?)(?:[ T]\d{1,2}:\d{2}.*)?"
    rf"|\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{2}}:\d{{2}}:\d{{2}}|\d{{1,2}}-{_MONTHS}(?:-\d{{2,4}})?|{_MONTHS}-\d{{2,4}}",
    re.ASCII | re.IGNORECASE,
)
_CUT_OFF = re.compile(r"\d(?:\.\d+)?E\+\d+|[1-9]\d{14}0+", re.ASCII | re.IGNORECASE)
_BLANKS = re.compile(r"[\s:：]+")
_TOTAL = re.compile(r"(合计|总计|小计|共计|累计|汇总)$|^(承前页|过次页)$|^(sub)?total\b", re.IGNORECASE)


def name(most: int = 200) -> Parse:
    """What a thing is called, of at most `most` characters. Refuses days, cut numbers and totals."""
    plain = text(most)

    def parse(typed: str) -> str:
        plain_view: str = plain(typed)
        for wrong, sentence in ((_DAY.fullmatch, BECAME_A_DAY), (_CUT_OFF.fullmatch, CUT_OFF), (_is_total, A_TOTAL)):
            if wrong(plain_view):
                raise BadCell(sentence, text=plain_view[:60])
        return plain_view

    return parse


def _is_total(name: str) -> bool:
    return bool(_TOTAL.search(_BLANKS.sub("", name)))
