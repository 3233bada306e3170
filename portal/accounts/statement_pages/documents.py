"""A published statement as a PDF or a spreadsheet; the same statement gives the same bytes."""

from __future__ import annotations

from enum import Enum
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response

from portal.accounts.statement_pages.rows import Corrected, Correction, StatementPage
from portal.accounts.statements.rules import FundTable, Line, SideTable
from portal.kit.i18n import N_, Sentence
from portal.kit.language import language, speaking
from portal.kit.money import Money
from portal.kit.words import _, label, say
from portal.platform.documents.paper import typeset, written_day
from portal.platform.documents.sheet import Cell, csv_bytes, xlsx_bytes

LACKING = N_("Missing company details: %(missing)s.")
PLANNED = N_("This is a budget. It shows what is planned, not what was received or spent.")


async def statement_pdf(view: StatementPage, base_url: str, sandbox: bool = False) -> bytes:
    """The PDF of a published statement; that of a correction begins with its notice.

    `base_url` is the portal's address. In `sandbox` it says that it is not binding.
    """
    row = view.row
    assert row.published_at, "owners see what is published"
    data = {
        "title": row.title,
        "estate": row.estate,
        "period": f"{row.starts_on} – {row.ends_on}",
        "code": row.code,
        "version": str(row.version),
        "funds": [_fund(fund, view) for fund in view.funds],
        "budget": _said(Sentence(PLANNED)) if row.is_budget else None,
        "basis": _both(view.terms.basis) if view.says_its_basis else None,
        "explained": [{**_said(one.says), "words": one.words} for one in view.checked],
        "correction": _correction(view, view.correction, base_url) if view.correction else None,
        "company": _company(view),
        "signed": "、".join(filter(None, (row.signer, view.publisher))),
        "published": f"{row.published_at.astimezone(ZoneInfo(row.zone)):%Y-%m-%d %H:%M}",
        "sha256": view.sha256,
        "footer": "演示数据，对任何人不具约束力 Demonstration: this binds nobody" if sandbox else row.estate,
    }
    return await typeset("statement.typ", data, row.published_at)


def _company(view: StatementPage) -> dict[str, object]:
    """The company that publishes it, and which of its details are missing."""
    missing = view.missing
    return {
        "name": view.creditor.company,
        "code": view.creditor.credit_code,
        "phone": view.creditor.telephone,
        "missing": _said(Sentence(LACKING, {"missing": missing})) if missing else None,
    }


def _correction(view: StatementPage, of: Correction, base_url: str) -> dict[str, object]:
    """The notice of what this version corrects: each line before and after, why, the results, who found it."""
    zone = ZoneInfo(view.row.zone)
    return {
        "version": str(of.version),
        "on": written_day(of.published_at.astimezone(zone).date()),
        "lines": [_corrected(one) for one in of.lines],
        "results": [{**_both(one.fund), "before": _yuan(one.before), "after": _yuan(one.after)} for one in of.results],
        "found_by": _both(of.found_by) if of.found_by else None,
        "until": written_day(of.until) if of.until else None,
        "link": f"{base_url}/e/{view.row.estate_code}/statements/{of.older}",
    }


def _corrected(one: Corrected) -> dict[str, str]:
    before, after = one.change.before, one.change.after
    return {
        "zh": one.change.item.zh,
        "en": one.change.item.en,
        "before": _yuan(before.amount if before else None),
        "after": _yuan(after.amount if after else None),
        "why": one.why or "—",
    }


def _fund(fund: FundTable, view: StatementPage) -> dict[str, object]:
    return {
        **_both(fund.fund),
        "whose": _said(Sentence(view.whose(fund.fund))) if view.whose(fund.fund) else None,
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
    result: dict[str, object] = {}
    for code, key in (("zh-CN", "zh"), ("en", "en")):
        with speaking(code):
            result[key] = say(sentence)
    return result


def _yuan(amount: Money | None) -> str:
    return "—" if amount is None else f"{amount.yuan:,.2f}"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_of(shown: StatementPage) -> Response[bytes]:
    """All lines in the reader's language, sums in yuan; unknown values stay empty."""
    return _file(shown, "csv", "text/csv; charset=utf-8", csv_bytes(_heads(shown), _rows(shown)))


def xlsx_of(shown: StatementPage) -> Response[bytes]:
    """The same as a workbook, dated by the publication."""
    assert shown.row.published_at, "owners see what is published"
    return _file(shown, "xlsx", XLSX, xlsx_bytes(shown.row.title, _heads(shown), _rows(shown), shown.row.published_at))


def _heads(shown: StatementPage) -> list[str]:
    named = [_("Estate"), _("Fund"), _("Side"), _("Category"), _("Item")]
    if shown.row.is_budget:
        return [*named, _("Budget (yuan)"), _("Previous period (yuan)"), _("Note")]
    return [
        *named, _("Actual (yuan)"), _("Budget (yuan)"), _("Previous period (yuan)"), _("Variance from budget (yuan)"),
        _("Note"),
    ]  # fmt: skip


def _rows(shown: StatementPage) -> list[list[Cell]]:
    """Every counted line by fund and side, with the balances carried over at the beginning and end of each fund."""
    return [
        _row(shown, line)
        for fund in shown.funds
        for line in (*fund.opened, *(line for side in fund.sides for line in side.lines), *fund.closed)
    ]


def _row(shown: StatementPage, line: Line) -> list[Cell]:
    place = label(line.kind) if line.is_total else label(line.side)
    named: list[Cell] = [shown.row.estate, label(line.fund), place, line.category, line.item.words(language())]
    if shown.row.is_budget:
        return [*named, line.amount, line.prior, line.note]
    return [*named, line.amount, line.budget, line.prior, line.difference, line.note]


def _file(shown: StatementPage, ending: str, media_type: str, content: bytes) -> Response[bytes]:
    name = quote(f"{shown.row.title}-v{shown.row.version}.{ending}")
    attached = f"attachment; filename=\"statement.{ending}\"; filename*=UTF-8''{name}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": attached})
