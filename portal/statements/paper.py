"""A published statement as a PDF; the same statement gives the same bytes."""

from __future__ import annotations

from enum import Enum
from zoneinfo import ZoneInfo

from portal.kit.i18n import N_, Sentence
from portal.kit.language import say, speaking
from portal.kit.money import Money
from portal.kit.paper import typeset
from portal.statements.queries import StatementPage
from portal.statements.rules import FundTable, SideTable

PLANNED = N_("A budget: what is planned, not what came in or was spent.")


async def statement_pdf(found: StatementPage, sandbox: bool = False) -> bytes:
    """The bytes of the PDF of a statement that is published. In `sandbox` it says that it binds nobody."""
    row = found.row
    assert row.published_at, "owners see what is published"
    data = {
        "title": row.title,
        "estate": row.estate,
        "period": f"{row.starts_on} – {row.ends_on}",
        "code": row.code,
        "version": str(row.version),
        "funds": [_fund(fund, found) for fund in found.funds],
        "budget": _said(Sentence(PLANNED)) if row.is_budget else None,
        "basis": _both(found.terms.basis) if found.says_its_basis else None,
        "explained": [{**_said(one.says), "words": one.words} for one in found.explained],
        "published": f"{row.published_at.astimezone(ZoneInfo(row.zone)):%Y-%m-%d %H:%M}",
        "sha256": found.sha256,
        "footer": "演示数据，对任何人不具约束力 Demonstration: this binds nobody" if sandbox else row.estate,
    }
    return await typeset("statement.typ", data, row.published_at)


def _fund(fund: FundTable, found: StatementPage) -> dict[str, object]:
    return {
        **_both(fund.fund),
        "whose": _said(Sentence(found.whose(fund.fund))) if found.whose(fund.fund) else None,
        "result": _yuan(fund.result),
        "sides": [_side(side) for side in fund.sides],
        "opening": None if fund.opening is None else _yuan(fund.opening),
        "left": _yuan(fund.left),
    }


def _side(side: SideTable) -> dict[str, object]:
    return {
        **_both(side.side),
        "amount": _yuan(side.amount),
        "budget": _yuan(side.budget),
        "difference": _yuan(side.difference),
        "prior": _yuan(side.prior),
        "lines": [
            {
                "zh": line.item.zh,
                "en": line.item.en,
                "note": line.note,
                "amount": _yuan(line.amount),
                "budget": _yuan(line.budget),
                "difference": _yuan(line.difference),
                "prior": _yuan(line.prior),
            }
            for line in side.lines
        ],
    }


def _both(word: Enum) -> dict[str, object]:
    return _said(Sentence("%(word)s", {"word": word}))


def _said(sentence: Sentence) -> dict[str, object]:
    found: dict[str, object] = {}
    for language, key in (("zh-CN", "zh"), ("en", "en")):
        with speaking(language):
            found[key] = say(sentence)
    return found


def _yuan(amount: Money | None) -> str:
    return "—" if amount is None else f"{amount.yuan:,.2f}"
