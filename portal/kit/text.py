"""People's names: sorting, and finding them however they are typed."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"\d+")
_CHINESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=[栋幢座号单楼室])")
_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BETWEEN = re.compile(r"[^\w]+|_+|栋|幢|座|号楼|号|楼|单元|室|房|#")
_UNMEANT = re.compile("[\\s\u00b7\u2022\u2027\u2219\u22c5\u30fb]+")
_NUMBER_SIGN = re.compile(r"^\s*(?:no(?=[.:#0-9\s])|编号|#)[.:#\s]*")


def sort_key(name: str) -> str:
    """A key that puts 2栋 before 10栋: runs of digits filled up with zeros to ten."""
    return _DIGITS.sub(lambda match: match[0].zfill(10), unicodedata.normalize("NFKC", name).casefold())


def loose(name: str) -> str:
    """A name without spelling differences: 1栋101, １-101 and 一栋101室 are all `1-101`."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    plain = _CHINESE_NUMBER.sub(lambda match: _western(match[0]), plain)
    return "-".join(part for part in _BETWEEN.sub("-", plain).split("-") if part)


def plain(text: str) -> str:
    """A number, id or name without differences that mean nothing: width, case, blanks, middle dots, a leading “No.”.

    `plain_text` of protect.sql is the same for columns.
    """
    folded = unicodedata.normalize("NFKC", text.replace("№", "No.")).lower()
    return _UNMEANT.sub("", _NUMBER_SIGN.sub("", folded))


def _western(number: str) -> str:
    """十二 as 12; a row of digits as it stands."""
    if "十" not in number:
        return "".join(str(_DIGIT[c]) for c in number)
    tens, _, ones = number.partition("十")
    return str((_DIGIT[tens] if tens else 1) * 10 + (_DIGIT[ones] if ones else 0))
