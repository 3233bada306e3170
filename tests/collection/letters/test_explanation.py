"""What a paper says of how a charge came about: the factors with their units make what is billed, to the fen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest

from portal.collection.letters.explanation import OPENING, calculation
from portal.fees.bills.explanation import LateStep, LateStory, Reading, SharePart, Story
from portal.fees.tariffs.states import Formula
from portal.kit.money import Money
from portal.kit.period import Month

NOV = Month(2026, 11)
AREA = Story(Formula.per_area, D("89.5"), D("3.2"), "m²", Fraction(1), exact=Fraction("286.4"))
WATER = Story(
    Formula.metered, D(9), D("3.77"), "m³", Fraction(1), exact=Fraction("33.93"),
    readings=(Reading("W1", NOV, D(312), D(321)),),
)  # fmt: skip
SHARE = SharePart("community", NOV, Money(2_448_000), D("89.5"), D(4000), Money(54_774))
TEN_DAYS = LateStep(NOV.first, NOV.day(10), Money(10_000), D("0.0005"), D(4), D("0.03"))
SAID = {
    "an area": (AREA, 28640, "89.5 m² × 3.20 元/m²·月 × 1 个月 ＝ 286.40 元"),
    "a unit that names the month": (
        replace(AREA, per="㎡·月"), 28640, "89.5 ㎡ × 3.20 元/㎡·月 × 1 个月 ＝ 286.40 元",
    ),
    "an empty home": (
        replace(AREA, vacancy_rate=D("0.7"), exact=Fraction("200.48")), 20048,
        "89.5 m² × 3.20 元/m²·月 × 1 个月 × 空置 70% ＝ 200.48 元",
    ),
    "half a month, rounded": (
        replace(AREA, quantity=D("89.37"), months=Fraction(1, 2), exact=Fraction("142.992")), 14299,
        "89.37 m² × 3.20 元/m²·月 × ½ 个月 ＝ 142.992，取整 142.99 元",
    ),
    "a flat sum": (
        Story(Formula.fixed, D(1), D("13.5"), "户", Fraction(1), exact=Fraction("13.5")), 1350,
        "13.50 元/户·月 × 1 个月 ＝ 13.50 元",
    ),
    "a meter": (WATER, 3393, "上期 312 → 本期 321：9 m³ × 3.77 元/m³ ＝ 33.93 元"),
    "once": (
        Story(Formula.per_quantity, D(3), D(80), "小时", Fraction(1), exact=Fraction(240), one_off=True), 24000,
        "3 小时 × 80.00 元/小时 ＝ 240.00 元",
    ),
    "a share": (
        Story(Formula.share_by_area, shares=(SHARE,)), 54_774,
        "公摊 24,480.00 元 × 89.5 ÷ 4000 ＝ 547.74 元",
    ),
    "paid late": (
        Story(late=LateStory(7, date(2026, 9, 15), (TEN_DAYS,))), 33,
        "账单 7 迟缴：100.00 元 × 每日 0.032877% × 10 天 ＝ 0.328767，取整 0.33 元",
    ),
    "brought over": (Story(), 18650, OPENING),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_the_factors_with_their_units_make_what_is_billed(kind: str) -> None:
    story, billed, said = SAID[kind]
    assert calculation(story, Money(billed)) == said
