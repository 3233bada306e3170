"""How a charge was calculated, in one line of a Chinese document."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from portal.fees.bills.explanation import LateStep, Reading, SharePart, Story, in_decimals
from portal.fees.rates.rules import unit_a_month, unit_counted
from portal.kit.money import Money

OPENING = "期初欠费，由原账册转入"


def calculation(story: Story, billed: Money) -> str:
    """89.5 m² × 3.20 元/m²·月 × 1 个月 ＝ 286.40 元: each factor with its unit, and the sum billed."""
    if story.late:
        exact = sum((step.exact for step in story.late.steps), Fraction(0))
        steps = "；".join(_late(step) for step in story.late.steps)
        return f"账单 {story.late.bill} 迟缴：{steps} {_makes(exact, billed)}"
    if story.shares:
        return "；".join(_share(part) for part in story.shares)
    if not story.is_product or story.exact is None:
        return OPENING
    factors = [*_counted(story), f"{story.rate_text} 元{_per(story)}", *_times(story)]
    return f"{' × '.join(factors)} {_makes(story.exact, billed)}"


def _counted(story: Story) -> list[str]:
    """The quantity; empty for a flat charge per home."""
    read = "，".join(_reading(one) for one in story.readings)
    if story.quantity is None or (story.quantity == 1 and not read):
        return []
    return [f"{read + '：' if read else ''}{_number(story.quantity)} {unit_counted(story.per)}".strip()]


def _per(story: Story) -> str:
    unit = unit_a_month(story.per) if story.by_month else unit_counted(story.per)
    return f"/{unit}" if unit else ""


def _times(story: Story) -> list[str]:
    times = [f"{story.months_text} 个月"] if story.by_month else []
    return times + ([f"空置 {_number(100 * story.vacancy_rate)}%"] if story.vacancy_rate is not None else [])


def _makes(exact: Fraction, billed: Money) -> str:
    """The result; if it is not a whole fen, also the rounded sum."""
    whole = exact == Fraction(billed.fen, 100)
    return f"＝ {billed.yuan:,.2f} 元" if whole else f"＝ {in_decimals(exact)}，取整 {billed.yuan:,.2f} 元"


def _reading(one: Reading) -> str:
    return f"上期 {_number(one.previous)} → 本期 {_number(one.current)}"


def _share(part: SharePart) -> str:
    weights = f"{_number(part.weight)} ÷ {_number(part.total_weight)}"
    return f"公摊 {part.cost.yuan:,.2f} 元 × {weights} ＝ {part.amount.yuan:,.2f} 元"


def _late(step: LateStep) -> str:
    return f"{step.base.yuan:,.2f} 元 × 每日 {step.rate_text}% × {step.days} 天"


def _number(number: Decimal) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
