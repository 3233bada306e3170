"""A report, or the figures of many estates, as a file."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from litestar import Response

from portal.arrears.cases.states import RUNGS
from portal.kit.errors import Missing
from portal.kit.words import _, label, worded
from portal.overview.kept_figures.actions import Counted
from portal.overview.kept_figures.queries import Overview
from portal.overview.reports.ageing import Age
from portal.overview.reports.rules import Report, Span, plain
from portal.platform.documents.sheet import Cell, csv_bytes, xlsx_bytes

NAMED = 6
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_file(report: Report | None, ending: str, span: Span, estates: Sequence[str]) -> Response[bytes]:
    """The table for a spreadsheet, in the reader's language. Raises Missing for an unknown report or ending.

    Each row names the `estates` that it counts together, or their number if there are more than NAMED. A workbook is
    dated by the last day of the span, so that the same figures give the same file.
    """
    if report is None:
        raise Missing
    whose = str(worded(tuple(estates))) if len(estates) <= NAMED else _("Total of %(n)s estates", n=len(estates))
    rows = [[whose, str(worded(row.name)), *map(plain, row.figures)] for row in report.rows]
    heads = [_("Estate"), *(_(head) for head in report.heads)]
    return table_file(report.code, _(report.title), heads=heads, rows=rows, ending=ending, span=span)


def overview_file(overview: Overview, ending: str) -> Response[bytes]:
    """A row for each estate with all its stored figures, then the total. Raises Missing for another ending."""
    heads = [_("Estate"), _("Code"), _("As of"), _("Receivable"), _("Received"), _("Current collection rate")]
    heads += [_("Arrears brought forward"), _("Recovered"), _("Recovery rate"), _("Combined rate")]
    heads += [_("Owed: %(age)s", age=label(age)) for age in Age]
    heads += [_("Cases: %(stage)s", stage=label(rung)) for rung in RUNGS]
    rows = [[row.estate.name, row.estate.code, row.kept_on.isoformat(), *_cells(row.counted)] for row in overview.rows]
    rows.append([_("Total"), "", overview.as_of.isoformat() if overview.as_of else "", *_cells(overview.total)])
    return table_file("estates", _("Figures by estate"), heads=heads, rows=rows, ending=ending, span=overview.span)


def _cells(counted: Counted) -> list[Cell]:
    fees = counted.collection
    figures = (
        fees.billed, fees.received, fees.current, fees.owed_before, fees.recovered, fees.old, fees.combined,
        *(owed for _homes, owed in counted.ages), *(counted.cases or (None,) * len(RUNGS)),
    )  # fmt: skip
    return [plain(figure) for figure in figures]


def table_file(
    code: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], ending: str, span: Span
) -> Response[bytes]:
    """Rows for a spreadsheet, named by their code and the last month. Raises Missing for another ending."""
    if ending not in TYPES:
        raise Missing
    at = datetime.combine(span.ends_on, time(), UTC)
    content = csv_bytes(heads, rows) if ending == "csv" else xlsx_bytes(title, heads, rows, at)
    name = f'attachment; filename="{code}-{span.last}.{ending}"'
    return Response(content, media_type=TYPES[ending], headers={"Content-Disposition": name})
