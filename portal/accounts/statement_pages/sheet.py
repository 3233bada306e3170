"""A statement as a file for spreadsheets."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response

from portal.accounts.statement_pages.rows import StatementPage
from portal.accounts.statements.rules import Line
from portal.platform.documents.sheet import Cell, csv_bytes, xlsx_bytes
from portal.web.request.i18n import _, label, language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_of(shown: StatementPage) -> Response[bytes]:
    """All lines in the reader's language, sums in yuan; what is unknown stays empty."""
    return _file(shown, "csv", "text/csv; charset=utf-8", csv_bytes(_heads(shown), _rows(shown)))


def xlsx_of(shown: StatementPage) -> Response[bytes]:
    """The same as a workbook, dated by the publication."""
    assert shown.row.published_at, "owners see what is published"
    return _file(shown, "xlsx", XLSX, xlsx_bytes(shown.row.title, _heads(shown), _rows(shown), shown.row.published_at))


def _heads(shown: StatementPage) -> list[str]:
    named = [_("Estate"), _("Fund"), _("Side"), _("Category"), _("Item")]
    if shown.row.is_budget:
        return [*named, _("Budget (yuan)"), _("Period before (yuan)"), _("Note")]
    return [
        *named, _("Actual (yuan)"), _("Budget (yuan)"), _("Period before (yuan)"), _("Difference from budget (yuan)"),
        _("Note"),
    ]  # fmt: skip


def _rows(shown: StatementPage) -> list[list[Cell]]:
    """Every counted line by fund and side, each fund with what was carried over before them, or is, after them."""
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
