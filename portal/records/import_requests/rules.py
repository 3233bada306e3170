"""Which files an import may have, and who may confirm it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from portal.kit.i18n import N_, Sentence
from portal.records.reading.columns import FILES

MOST_BYTES = 64 * 2**20  # of all files of an import from the desk
KEPT = timedelta(hours=24)  # lifetime of an import that nobody confirms, and of a list of mistakes

TOO_MUCH = N_("The files are larger than %(megabytes)s MB in total. Have them imported on the server: portal import.")
BOTH = N_("Send either one workbook or CSV files, not both.")
ONE_WORKBOOK = N_("Send one workbook, with a sheet for each table.")
OTHER_KIND = N_("%(name)s is neither .xlsx nor .csv. Save it as one of them.")
OTHER_NAME = N_("%(name)s is not part of an import. Give it one of the names below.")
SAME_NAME = N_("%(name)s was sent twice. Send it once.")
EMPTY = N_("%(name)s is empty. Add data, or leave it out.")

Sized = tuple[str, int]  # a file's name and its size in bytes


def wrong_with(files: Sequence[Sized]) -> Sentence | None:
    """What has to change before these files can be imported, or None."""
    names = [name for name, _bytes in files]
    workbooks = [name for name in names if is_workbook(name)]
    if sum(size for _name, size in files) > MOST_BYTES:
        return Sentence(TOO_MUCH, {"megabytes": MOST_BYTES // 2**20})
    for name in names:
        if not is_workbook(name) and not name.lower().endswith(".csv"):
            return Sentence(OTHER_KIND, {"name": name})
    if workbooks and len(workbooks) < len(names):
        return Sentence(BOTH)
    if len(workbooks) > 1:
        return Sentence(ONE_WORKBOOK)
    for name, size in files:
        if not is_workbook(name) and name not in NAMES:
            return Sentence(OTHER_NAME, {"name": name})
        if names.count(name) > 1:
            return Sentence(SAME_NAME, {"name": name})
        if not size:
            return Sentence(EMPTY, {"name": name})
    return None


NAMES = [f"{stem}.csv" for stem in FILES]


def is_workbook(name: str) -> bool:
    """Whether a file is a workbook, by its name."""
    return name.lower().endswith(".xlsx")


def needs_somebody_else(created: Mapping[str, int], updated: Mapping[str, int]) -> bool:
    """Whether the uploader may not confirm an import: it changes who may sign in, or what they may do.

    A new phone of a known person takes two people at the counter, so it takes two by import as well.
    """
    return bool(created.get("staff") or updated.get("staff") or updated.get("people"))
