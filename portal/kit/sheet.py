"""Tables as CSV that a spreadsheet opens as text: no cell of ours ever becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

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
