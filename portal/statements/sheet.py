"""A statement as a file for spreadsheets."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response

from portal.kit.sheet import Cell, csv_bytes
from portal.statements.queries import StatementPage
from portal.web.i18n import _, label, language


def csv_of(shown: StatementPage) -> Response[bytes]:
    """All lines in the reader's language, sums in yuan; what is unknown stays empty."""
    heads = [
        _("Fund"), _("Side"), _("Category"), _("Item"), _("Actual (yuan)"), _("Budget (yuan)"),
        _("Period before (yuan)"), _("Difference from budget (yuan)"), _("Note"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [label(line.fund), label(line.side), line.category, line.item.words(language()), line.amount, line.budget,
         line.prior, line.difference, line.note]
        for fund in shown.funds for side in fund.sides for line in side.lines
    ]  # fmt: skip
    name = quote(f"{shown.row.title}-v{shown.row.version}.csv")
    return Response(
        csv_bytes(heads, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"statement.csv\"; filename*=UTF-8''{name}"},
    )
