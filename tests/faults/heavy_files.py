"""Files whose harm is their size: each is refused, or let in, within the memory of F-74."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.faults.counts import times
from tests.faults.hostile_files import PLAIN, UNITS, Write, bomb
from tests.records.imports.books import HEAD, MAIN, parts_of, sheet_of, write_book
from tests.records.imports.files import GOOD, write

ROWS = times(sample=5_000, landing=200_000)  # of a workbook as large as one may well be


def grown(stem: str, rows: int, line: Callable[[int], str]) -> Write:
    """The good folder with so many more rows in one file."""

    def written(place: Path) -> Path:
        path = write(place / "estate", GOOD)
        with (path / f"{stem}.csv").open("a") as file:
            file.writelines(map(line, range(rows)))
        return path

    return written


def sparse(place: Path) -> Path:
    """A file that says it has 600 MB."""
    path = write(place / "estate", GOOD)
    with (path / "people.csv").open("r+b") as file:
        file.truncate(600 * 1024**2)
    return path


def nul_at_the_end(place: Path) -> Path:
    """400 MB of text, and then a NUL."""
    path = write(place / "estate", GOOD)
    with (path / "people.csv").open("ab") as file:
        file.writelines(b"P9,abc,,,\n" * 1000 for _ in range(40_000))
        file.write(b"\0")
    return path


def far_cell(place: Path) -> Path:
    """A sheet with a cell in the last row there is: who keeps all cells between needs gigabytes."""
    far = '<row r="1048576"><c r="CV1048576"><v>1</v></c></row></sheetData>'
    parts = parts_of(PLAIN)
    return write_book(place / "book.xlsx", {**parts, UNITS: parts[UNITS].replace("</sheetData>", far)})


def texts(place: Path) -> Path:
    """90 MB of texts for cells, none like the other: no bomb by its ratio, and it opens within the memory there is."""
    chance = random.Random(1)
    parts = "".join(f"<si><t>{chance.getrandbits(500):x}</t></si>" for _ in range(700_000))
    shared = f'{HEAD}<sst xmlns="{MAIN}">{parts}</sst>'
    return write_book(place / "book.xlsx", {**parts_of(PLAIN), "xl/sharedStrings.xml": shared})


def cost(n: int) -> str:
    """A row of a cost to share."""
    return f"light,{2000 + n // 12 % 190}-{n % 12 + 1:02d},{n},community\n"


def _home(n: int) -> str:
    words = {"A": f"{n // 200}栋{n}", "E": "residential", "G": "owner"}
    numbers = {"B": n // 200, "C": 1, "D": n % 30, "F": 60 + n % 90}
    cells = {c: f'<c r="{c}{n}" t="inlineStr"><is><t>{word}</t></is></c>' for c, word in words.items()}
    cells |= {c: f'<c r="{c}{n}"><v>{number}</v></c>' for c, number in numbers.items()}
    return f'<row r="{n}">{"".join(cells[c] for c in "ABCDEFG")}</row>'


def workbook(rows: int) -> Write:
    """An honest workbook with so many homes."""
    header = sheet_of(GOOD["units"].splitlines()[0])

    def written(place: Path) -> Path:
        homes = header + "".join(_home(n) for n in range(2, rows + 2))
        return write_book(place / "book.xlsx", dict(parts_of({"community": PLAIN["community"], "units": homes})))

    return written


# What it is, how to write it, and a word of the refusal; none where it is let in. The first few are the sample.
HEAVY: dict[str, tuple[Write, str]] = {
    "a sheet of 1 GB": (bomb(UNITS, 1024), "unpacked"),
    "a cell in the last row": (far_cell, "too much memory"),
    "a large workbook": (workbook(ROWS), ""),
    "a sheet of 1 GB that says 5 KB": (bomb(UNITS, 1024, said=5000), "damaged"),
    "90 MB of texts": (texts, ""),
    "a file of 600 MB": (sparse, "larger than 512 MB"),
    "400 MB and a NUL": (nul_at_the_end, "invalid character"),
    "a workbook of 400,000 homes": (workbook(400_000), "too much memory"),
    "2,000,000 homes and some": (grown("units", 2_000_000, lambda n: f"u{n},1,,,office,,,\n"), "2000000 rows"),
    "1,000,000 bad rows": (grown("units", 1_000_000, lambda n: f"=u{n},1,,,office,x,y,z\n"), "more errors"),
    "1,900,000 short rows": (grown("units", 1_900_000, lambda n: f"u{n},1\n"), "more errors"),
    "200,000 costs and some": (grown("shared_costs", 200_001, cost), "200000 rows"),
}  # fmt: skip
TRIED = list(HEAVY)[: times(sample=3, landing=len(HEAVY))]
