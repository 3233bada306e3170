"""Every import file with its columns, an example and templates, for the desk and for docs/files.md.

`python -m portal.records.reading.explained > docs/files.md` rewrites that page; a test compares it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import xlsxwriter

from portal.kit.errors import Missing
from portal.platform.documents.sheet import BOM
from portal.records.reading.cells import Choice, Several
from portal.records.reading.columns import ALL, FILES, Column, File
from portal.records.reading.words import FILES as SAYS, meaning

EXAMPLES = Path(__file__).parent / "examples"  # one small estate that belongs together


@dataclass(frozen=True)
class Explained:
    """A column: a msgid of what it means, the words it takes if they are fixed, `also` spelled otherwise, what empty
    means.
    """

    name: str
    means: str
    required: bool
    words: tuple[StrEnum, ...]
    also: tuple[str, ...]
    default: str | None
    example: str

    @property
    def may_be_unknown(self) -> bool:
        """Whether an empty cell says that it is not known, and nothing more than that."""
        return not self.required and self.default is None and "Empty" not in self.means


@dataclass(frozen=True)
class Sheet:
    """A file: a msgid of what it is for, its columns, and the columns that tell one row from another."""

    stem: str
    means: str
    columns: tuple[Explained, ...]
    key: tuple[str, ...]


@cache
def sheets() -> tuple[Sheet, ...]:
    """Every file, in the order in which they build on each other."""
    return tuple(_sheet(file) for file in ALL)


def _sheet(file: File) -> Sheet:
    first = rows_of(file.stem)[0]
    return Sheet(file.stem, SAYS[file.stem], tuple(_column(file.stem, c, first) for c in file.columns), file.key)


def _column(stem: str, column: Column, first: Mapping[str, str]) -> Explained:
    choice = column.parse.one if isinstance(column.parse, Several) else column.parse
    words, also = (choice.words, tuple(choice.also)) if isinstance(choice, Choice) else ((), ())
    default = str(column.default) if column.default else None
    return Explained(
        name=column.name,
        means=meaning(stem, column.name),
        required=column.required,
        words=words,
        also=also,
        default=default,
        example=first[column.name],
    )


@cache
def rows_of(stem: str) -> list[dict[str, str]]:
    """The rows of the example of a file."""
    with (EXAMPLES / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def template_csv(stem: str) -> bytes:
    """A file with its header and one example row; with a BOM, so that Excel reads the Chinese. Raises Missing."""
    if stem not in FILES:
        raise Missing
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.name for column in FILES[stem].columns], lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(rows_of(stem)[0])
    return (BOM + text.getvalue()).encode()


WORKBOOK = "estate.xlsx"


def template_xlsx() -> bytes:
    """One workbook with a sheet for each file: its header and the whole example. Every cell is text."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, plain = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        for sheet in sheets():
            page = book.add_worksheet(sheet.stem)
            page.set_column(0, len(sheet.columns) - 1, 18, plain)
            page.freeze_panes(1, 0)
            for at, column in enumerate(sheet.columns):
                page.write_string(0, at, column.name, bold)
                for line, row in enumerate(rows_of(sheet.stem), start=1):
                    page.write_string(line, at, row[column.name], plain)
    return kept.getvalue()


HEAD = """\
# The files of an import

An estate is brought in as a folder of CSV files, or as one .xlsx with a sheet for each of them (named without `.csv`).
This page is made from the program (`python -m portal.records.reading.explained`). The desk has the same under
`/desk/imports/files`, with every file as a template. The example that the tables quote lies in
`portal/records/reading/examples`
and can be imported as it is. What is decided beyond it: [import.md](import.md).

Only `community.csv` must be there for a new estate; the others may come with it or later. The first row is the header.
A column that is not there leaves what is known alone; an empty cell sets it back to what the table says. Days are
written `2026-11-30`, months `2026-11`, sums in yuan with a point (`385.60`). UTF-8 or GB18030.
"""


def as_markdown() -> str:
    """docs/files.md."""
    parts = [HEAD]
    for sheet in sheets():
        parts.append(f"\n## {sheet.stem}.csv\n\n{sheet.means}")
        if sheet.key:
            parts.append(f"Rows with the same {', '.join(f'`{name}`' for name in sheet.key)} are the same thing.")
        parts.append("\n| column | needed | what it means | empty means | example |\n|---|---|---|---|---|")
        parts += [_line(column) for column in sheet.columns]
    return "\n".join(parts) + "\n"


def _line(column: Explained) -> str:
    codes = ", ".join(f"`{word}`" for word in (*column.words, *column.also))
    words = f" One of: {codes}." if codes else ""
    empty = f"`{column.default}`" if column.default else "unknown" if column.may_be_unknown else ""
    example = f"`{column.example}`" if column.example else ""
    needed = "yes" if column.required else ""
    return f"| `{column.name}` | {needed} | {column.means}{words} | {empty} | {example} |".replace("  ", " ")


if __name__ == "__main__":
    print(as_markdown(), end="")
