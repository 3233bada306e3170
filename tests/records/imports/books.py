"""Workbooks made by hand, byte by byte, so that tests can make them wrong in any way."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def cell(row: int, column: int, value: str) -> str:
    """An inline text cell; an empty value is no cell."""
    place = f"{chr(65 + column)}{row}"
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""


def sheet_of(text: str) -> str:
    """The rows of a CSV text as the inside of a sheet."""
    rows = csv.reader(io.StringIO(text, newline=""))
    return "".join(
        f'<row r="{n}">{"".join(cell(n, c, value) for c, value in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )


def parts_of(sheets: dict[str, str]) -> dict[str, str]:
    """The parts of a workbook with these sheets; a sheet is the inside of its sheetData."""
    names = list(enumerate(sheets, start=1))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in names)
    tied = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in names
    )
    top = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return {
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{RELS}">{top}</Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{RELS}">{tied}</Relationships>',
        **{
            f"xl/worksheets/sheet{n}.xml": HEAD
            + f'<worksheet xmlns="{MAIN}"><sheetData>{sheets[name]}</sheetData></worksheet>'
            for n, name in names
        },
    }


def write_book(path: Path, parts: dict[str, str | bytes]) -> Path:
    """Write the parts as a workbook, and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return path
