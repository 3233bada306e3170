"""Tables as CSV and XLSX in which no cell becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter

from portal.kit.money import Money

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it Excel reads UTF-8 as something else
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # Excel reads the wide ones too

Cell = str | int | Money | None


def safe_cell(cell: Cell) -> str:
    """A cell as it is written: sums in yuan with two decimals, nothing for None, text that could be a formula quoted.

    F-75: text beginning with = + - @, wide or not, TAB, CR or LF gets an apostrophe; numbers stay numbers.
    """
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return str(cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file: UTF-8 with BOM, CRLF, every cell safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(head) for head in heads])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return (BOM + text.getvalue()).encode()


def xlsx_bytes(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], at: datetime) -> bytes:
    """An XLSX file with one sheet, dated `at`: the same rows give the same bytes. Sums are numbers in yuan.

    Text is written as text, so that nothing needs an apostrophe.
    """
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": at.astimezone(UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("".join(" " if sign in "[]:*?/\\'" else sign for sign in name)[:31])
    bold, yuan = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "#,##0.00"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for n, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Money):
                sheet.write_number(n, column, cell.yuan, yuan)
            elif isinstance(cell, int):
                sheet.write_number(n, column, cell)
            elif cell is not None:
                sheet.write_string(n, column, cell)
    sheet.set_column(0, max(len(heads) - 1, 0), 18)
    sheet.freeze_panes(1, 0)
    book.close()
    return kept.getvalue()
