"""Sums in the capital numerals that Chinese receipts carry beside the figures (人民币大写)."""

from __future__ import annotations

import re

from portal.kit.money import Money

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
    said = "".join(f"{DIGITS[d]}{PLACES[3 - i]}" if d else "零" for i, d in enumerate(int(c) for c in f"{value:04d}"))
    return re.sub("零+", "零", said).strip("零")
