"""Files that nobody should have sent: each as a CSV folder or a workbook, with what must be said of it (F-74)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import Z_FULL_FLUSH, compressobj

from tests.records.imports.books import HEAD, parts_of, sheet_of, write_book
from tests.records.imports.files import GOOD, replaced, with_row, write

Files = dict[str, str]
Write = Callable[[Path], Path]
PLAIN = {stem: sheet_of(text) for stem, text in GOOD.items()}
UNITS = "xl/worksheets/sheet2.xml"
AREA = '<c r="F2" t="inlineStr"><is><t>89.37</t></is></c>'


@dataclass(frozen=True)
class Hostile:
    """How to write it, and where and with which word it is refused; without a word it is let in."""

    write: Write
    file: str = ""
    row: int = 0
    column: str = ""
    word: str = ""


def folder(files: Files, stem: str = "", row: int = 0, column: str = "", word: str = "") -> Hostile:
    """A folder with these files."""
    return Hostile(lambda place: write(place / "estate", files), f"{stem}.csv" if stem else "", row, column, word)


def raw(stem: str, data: bytes, row: int = 0, column: str = "", word: str = "") -> Hostile:
    """The good folder with one file of these bytes."""

    def written(place: Path) -> Path:
        path = write(place / "estate", GOOD)
        (path / f"{stem}.csv").write_bytes(data)
        return path

    return Hostile(written, f"{stem}.csv" if word else "", row, column, word)


def book(parts: dict[str, str | bytes], word: str = "", row: int = 1, file: str = "book.xlsx", at: str = "") -> Hostile:
    """A workbook of these parts."""
    return Hostile(lambda place: write_book(place / "book.xlsx", parts), file if word else "", row, at, word)


def cell_of(value: str, kind: str = "") -> dict[str, str | bytes]:
    """The good workbook with another first area."""
    named = f' t="{kind}"' if kind else ""
    return units(AREA, f'<c r="F2"{named}>{value}</c>')


def entries(word: str, *more: tuple[zipfile.ZipInfo | str, bytes]) -> Hostile:
    """The good workbook with entries that a careful program would not unpack."""

    def written(place: Path) -> Path:
        path = write_book(place / "book.xlsx", parts_of(PLAIN))
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
            for entry, data in more:
                packed.writestr(entry, data)
        return path

    return Hostile(written, "book.xlsx" if word else "", 1, "", word)


def bytes_of(data: bytes, word: str) -> Hostile:
    """A file that only bears the name."""

    def written(place: Path) -> Path:
        (place / "book.xlsx").write_bytes(data)
        return place / "book.xlsx"

    return Hostile(written, "book.xlsx", 1, "", word)


def bomb(name: str, megabytes: int, *, said: int | None = None) -> Write:
    """A workbook with one part of so many megabytes, that says it has `said` bytes; made without unpacking it."""

    def written(place: Path) -> Path:
        path = write_book(place / "book.xlsx", {k: v for k, v in parts_of(PLAIN).items() if k != name})
        packer = compressobj(9, wbits=-15)
        mega = b"<c/>" * (1024 * 256)
        first, again = (packer.compress(mega) + packer.flush(Z_FULL_FLUSH) for _ in range(2))
        packed = first + again * (megabytes - 1) + packer.flush()
        size = megabytes * 1024**2 if said is None else said
        with zipfile.ZipFile(path, "a") as out:
            out.writestr(name, packed)  # stored, then called deflated
            entry = out.getinfo(name)
            entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, size
        return path

    return written


def link(name: str) -> zipfile.ZipInfo:
    """An entry that is a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry


def archive() -> bytes:
    """A small archive, for nesting."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "x")
    return out.getvalue()


def _unit(name: str) -> Files:
    return with_row("units", f"{name},1,,,residential,50,,")


GOOD_UNITS = parts_of(PLAIN)[UNITS]


def units(old: str, new: str, *more: tuple[str, str]) -> dict[str, str | bytes]:
    """The good workbook with something else in its sheet of units."""
    text = GOOD_UNITS
    for one, other in ((old, new), *more):
        assert one in text, one
        text = text.replace(one, other, 1)
    return {**parts_of(PLAIN), UNITS: text}


def sheets(old: str, new: str) -> dict[str, str | bytes]:
    """The good workbook with something else in its list of sheets."""
    parts = parts_of(PLAIN)
    return {**parts, "xl/workbook.xml": parts["xl/workbook.xml"].replace(old, new)}


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
MERGED = '<mergeCells count="1"><mergeCell ref="E2:F2"/></mergeCells>'
TEXTS = {
    "=": "=1+1", "= with a call": '"=cmd|\' /C calc\'!A0"', "+": "+A1", "+ of numbers": "+1+1", "-": "-A1",
    "- with a call": "-2+cmd|x", "@": "@SUM(A1)", "TAB =": "\t=1+1", "CR =": '"\r=1+1"', "LF =": '"\n=1+1"',
    "wide =": "＝1+1", "wide @": "＠A1", "wide +": "＋A1",
}  # fmt: skip
HIDDEN = {"bidi": "\u202eabc", "zero width": "1栋\u200b101", "inner TAB": "a\tb", "C1": "a\u009bb", "U+FFFD": "a\ufffd"}
NUMBERS = {"1e308": "1e308", "NaN": "NaN", "Infinity": "Infinity", "-inf": "-inf", "1e-400": "1e-400", "hex": "0x10",
           "30 digits": "9" * 30, "400 digits": "9" * 400, "Arabic digits": "٨٩", "-0.01": "-0.01"}  # fmt: skip

CSV = {
    **{f"a name {kind}": folder(_unit(text), "units", 5, "unit", "formula") for kind, text in TEXTS.items()},
    **{f"a name with {kind}": folder(_unit(t), "units", 5, "unit", "unreadable") for kind, t in HIDDEN.items()},
    **{f"a number {kind}": folder(replaced("units", "89.37", text), "units", 2, "billable_area", "“")
       for kind, text in NUMBERS.items()},
    "a negative sum": folder(replaced("opening_balances", "385.60", "-1"), "opening_balances", 2, "amount", "0.01"),
    "a day that is not": folder(replaced("units", "let,2020-01-01", "let,2026-02-30"), "units", 3, "handed_over_on",
                                "2026-11-30"),
    "a serial for a day": folder(replaced("units", "let,2020-01-01", "let,45992"), "units", 3, "handed_over_on",
                                 "2026-11-30"),
    "tariffs over each other": folder(replaced("tariffs", "2026-12-31,第一条", "2027-06-30,第一条"), "tariffs", 3,
                                      "from", "End it before"),
    "columns twice": folder(replaced("units", "floor", "building"), "units", 1, "building", "twice"),
    "a longer row": folder(with_row("units", "9栋,1,1,1,residential,5,owner,,,x"), "units", 5, "", "cells"),
    "a shorter row": folder(with_row("units", "9栋,1"), "units", 5, "", "cells"),
    "a lone quote": folder(with_row("units", '"9栋,1,1,1,residential,5,owner,'), "units", 5, "", "quotes"),
    "GBK": raw("units", GOOD["units"].encode("gbk")),
    "GB18030 of four bytes": raw("people", GOOD["people"].replace("赵敏", "𠮷敏").encode("gb18030")),
    "UTF-8 with BOM": raw("units", GOOD["units"].encode("utf-8-sig")),
    "UTF-16": raw("units", GOOD["units"].encode("utf-16"), 1, "", "CSV UTF-8"),
    "UTF-16 without BOM": raw("units", GOOD["units"].encode("utf-16-be"), 1, "", "CSV UTF-8"),
    "UTF-32": raw("units", GOOD["units"].encode("utf-32-be"), 1, "", "CSV UTF-8"),
    "UTF-8 cut off": raw("people", (GOOD["people"] + "P7,陈静").encode()[:-1], 6, "", "damaged"),
    "UTF-8 with one byte lost": raw("people", GOOD["people"].encode().replace(b"\xe6\x9d\x8e", b"\x9d\x8e"), 3, "",
                                    "damaged"),
    "Latin-1": raw("people", b"person,name\nP1,Ren\xe9\n", 2, "", "GB18030"),
    "NUL": raw("people", b"person,name\nP1,a\nP2,b\0c\n", 3, "", "invalid character"),
    "a picture": raw("people", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 3, "", "CSV UTF-8"),
    "a workbook named .csv": raw("people", archive(), 1, "", "UTF-8"),
    "a quote of a megabyte": raw("people", b'person,name\nP1,"' + b"a\n" * 600_000, 2, "", "quotes"),
    "a line without an end": raw("people", b"person,name\nP1," + b"a" * 2**21, 2, "", "quotes"),
    "a header of 50,000 words": raw("people", b"x," * 50_000 + b"\n", 1, "", "There is no column"),
    "only a header": raw("meter_readings", GOOD["meter_readings"].splitlines()[0].encode()),
}  # fmt: skip

BOOKS = {
    "not a zip": bytes_of(b"unit,use\n", "not an .xlsx"),
    "an old or locked workbook": bytes_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "a zip that is cut off": bytes_of(archive()[:60], "damaged"),
    "macros": book({**parts_of(PLAIN), "xl/vbaProject.bin": b"x"}, "macros"),
    "an external link": book({**parts_of(PLAIN), "xl/externalLinks/link1.xml": HEAD + "<a/>"}, "Break the links"),
    "an outside entity": book(units(HEAD, HEAD + '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "damaged"),
    "billion laughs": book(units(HEAD, f"{HEAD}<!DOCTYPE a [{LAUGHS}]>", ("89.37", "&a9;")), "damaged"),
    "a formula": book(cell_of("<f>1+1</f><v>2</v>"), "F2", row=2),
    "an error": book(cell_of("<v>#DIV/0!</v>", "e"), "F2", row=2),
    "a formula as text": book(cell_of("<is><t>=1+1</t></is>", "inlineStr"), "formula", 2, "units.csv", "billable_area"),
    "a negative area": book(cell_of("<v>-5</v>"), "at least 0", 2, "units.csv", "billable_area"),
    "1e308 in a cell": book(cell_of("<v>1e308</v>"), "Use digits", 2, "units.csv", "billable_area"),
    "NaN in a cell": book(cell_of("<v>NaN</v>"), "Use digits", 2, "units.csv", "billable_area"),
    "a truth for a number": book(cell_of("<v>1</v>", "b"), "Use digits", 2, "units.csv", "billable_area"),
    "a shared text that is not": book(cell_of("<v>7</v>", "s"), "damaged"),
    "a NUL by its number": book(cell_of("<is><t>a&#0;b</t></is>", "inlineStr"), "damaged"),
    "a NUL as spreadsheets write it": book(
        units("<t>1栋101<", "<t>1栋_x0000_101<"), "unreadable character", 2, "units.csv", "unit"
    ),
    "a sheet named twice": book(sheets('"people"', '"units"'), "Two sheets"),
    "another sheet": book(parts_of({**PLAIN, "Sheet1": sheet_of("a\n1\n")}), "Sheet1"),
    "no sheet": book(parts_of({}), "no import sheets"),
    "a merged cell": book(
        units(AREA, '<c r="F2"/>', ("</sheetData>", "</sheetData>" + MERGED)), "merged", 2, "units.csv"
    ),
    "hidden rows": book(units('<row r="2"', '<row hidden="1" r="2"')),
    "a path outside": entries("damaged", ("../../../../tmp/evil.xml", b"<a/>")),
    "a link in the archive": entries("damaged", (link("xl/media/a.png"), b"/etc/passwd")),
    "an archive in the archive": entries("damaged", ("xl/media/a.zip", archive())),
    "the same entry twice": entries("damaged", (UNITS, b"<a/>")),
    "300 entries": entries("unpacked", *((f"xl/media/{n}.png", b"") for n in range(300))),
    "a bomb of 1 GB": Hostile(bomb("xl/media/image1.png", 1024), "book.xlsx", 1, "", "unpacked"),
    "a sheet of 1 GB": Hostile(bomb(UNITS, 1024), "book.xlsx", 1, "", "unpacked"),
    "a sheet of 1 GB that says it is small": Hostile(bomb(UNITS, 1024, said=5000), "book.xlsx", 1, "", "damaged"),
}  # fmt: skip

CORPUS = CSV | BOOKS
