"""Open a folder of CSV files or a workbook, and read it in portions."""

from __future__ import annotations

from pathlib import Path

from portal.kit.i18n import N_, Sentence
from portal.records.reading.columns import FILES
from portal.records.reading.parsing import PORTION, Found, Tell, take_in
from portal.records.reading.report import Fault
from portal.records.reading.sources import MOST_BYTES, Unreadable, csv_records
from portal.records.reading.workbook import open_workbook, sheet_records

NO_FOLDER = N_("This folder does not exist. Name a folder of CSV files.")
NO_FILES = N_("This folder contains no import files. Add at least community.csv.")
UNKNOWN_FILE = N_("This file is not part of an import. Remove it, or rename it to one of: %(names)s.")
UNKNOWN_SHEET = N_("The sheet “%(name)s” is not part of an import. Delete it, or rename it to one of: %(names)s.")
NO_SHEETS = N_("This workbook contains no import sheets. Add at least a sheet named community.")
TOO_LARGE = N_("The file is larger than %(megabytes)s MB. Import it in several parts.")
NOT_ALLOWED = N_(
    "The user running the import is not allowed to read this. Change its permissions, or copy the folder elsewhere."
)
_ROW_BYTES = 40  # about; only the size of portions rests on it


def read_folder(path: Path, aside: Path, tell: Tell) -> Found:
    """Read every CSV file of a folder; `aside` is an empty folder for its portions. Other files are left alone."""
    result = Found(aside)
    try:
        return _read(path, result, tell)
    except PermissionError as error:
        name = Path(str(error.filename or path)).name
        result.whole.faults.append(Fault(name, 1, "", Sentence(NOT_ALLOWED)))
        return result


def _read(path: Path, found: Found, tell: Tell) -> Found:
    if path.suffix.lower() == ".xlsx" and path.is_file():
        return _read_workbook(path, found, tell)
    if not path.is_dir():
        found.whole.faults.append(Fault(path.name, 1, "", Sentence(NO_FOLDER)))
        return found
    files = [f for f in sorted(path.iterdir()) if f.suffix.lower() == ".csv" and not f.name.startswith((".", "~$"))]
    files = [f for f in files if f.is_file()]
    found.portions = portions_of(sum(file.stat().st_size for file in files))
    for file in files:
        _read_file(file, found, tell)
    if not found.stems and not found.whole.faults:
        found.whole.faults.append(Fault("community.csv", 1, "", Sentence(NO_FILES)))
    return found


def _read_workbook(path: Path, found: Found, tell: Tell) -> Found:
    try:
        sheets = open_workbook(path, found.aside)
    except Unreadable as wrong:
        found.whole.faults.append(Fault(path.name, wrong.line, "", Sentence(wrong.sentence, wrong.facts)))
        return found
    found.portions = portions_of(sum(file.stat().st_size for file in sheets.values()))
    for name, file in sheets.items():
        if name in FILES:
            take_in(name, sheet_records(file), found, tell)
        elif file.stat().st_size:
            facts = {"name": name[:60], "names": ", ".join(FILES)}
            found.whole.faults.append(Fault(path.name, 1, "", Sentence(UNKNOWN_SHEET, facts)))
    if not found.stems and not found.whole.faults:
        found.whole.faults.append(Fault(path.name, 1, "", Sentence(NO_SHEETS)))
    return found


def portions_of(size: int) -> int:
    """In how many portions to read files of `size` bytes together."""
    return max(1, size // (PORTION * _ROW_BYTES))


def _read_file(path: Path, found: Found, tell: Tell) -> None:
    if path.stem not in FILES or path.suffix != ".csv":
        names = ", ".join(f"{name}.csv" for name in FILES)
        found.whole.faults.append(Fault(path.name, 1, "", Sentence(UNKNOWN_FILE, {"names": names})))
    elif path.stat().st_size > MOST_BYTES:
        found.give_up(path.stem, 1, TOO_LARGE, megabytes=MOST_BYTES // 1024**2)
    else:
        take_in(path.stem, csv_records(path), found, tell)
