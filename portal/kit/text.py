"""Names as people write them: in the order they expect, and found however they are typed."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"\d+")
_CHINESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=[栋幢座号单楼室])")
_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BETWEEN = re.compile(r"[^\w]+|_+|栋|幢|座|号楼|号|楼|单元|室|房|#")


def sort_key(name: str) -> str:
    """A key that puts 2栋 before 10栋: runs of digits filled up with zeros to ten."""
    return _DIGITS.sub(lambda found: found[0].zfill(10), unicodedata.normalize("NFKC", name).casefold())


def loose(name: str) -> str:
    """A name with everything but its letters and numbers made one: 1栋101, １-101 and 一栋101室 are all `1-101`."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    plain = _CHINESE_NUMBER.sub(lambda found: _western(found[0]), plain)
    return "-".join(part for part in _BETWEEN.sub("-", plain).split("-") if part)


def _western(number: str) -> str:
    """十二 as 12; a row of digits as it stands."""
    if "十" not in number:
        return "".join(str(_DIGIT[c]) for c in number)
    tens, _, ones = number.partition("十")
    return str((_DIGIT[tens] if tens else 1) * 10 + (_DIGIT[ones] if ones else 0))
