"""A report as a file."""

from datetime import UTC, datetime, time

from litestar import Response

from portal.kit.errors import Missing
from portal.kit.sheet import csv_bytes, xlsx_bytes
from portal.reports.rules import Report, Span, plain
from portal.web.i18n import _, worded

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_file(report: Report | None, ending: str, span: Span) -> Response[bytes]:
    """The table for a spreadsheet, in the reader's language. Raises Missing for no report or another ending.

    A workbook is dated by the last day of the span, so that the same figures are the same file.
    """
    if report is None or ending not in TYPES:
        raise Missing
    heads = [_(head) for head in report.heads]
    rows = [[str(worded(row.name)), *map(plain, row.figures)] for row in report.rows]
    at = datetime.combine(span.ends_on, time(), UTC)
    content = csv_bytes(heads, rows) if ending == "csv" else xlsx_bytes(_(report.title), heads, rows, at)
    name = f'attachment; filename="{report.code}-{span.last}.{ending}"'
    return Response(content, media_type=TYPES[ending], headers={"Content-Disposition": name})
