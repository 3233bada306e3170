"""A folder that may not be read is a mistake with a remedy like any other, and no trace of the program."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.records.reading.cells import zones
from portal.records.reading.folder import NOT_ALLOWED, read_folder
from portal.records.saving.actions import silent
from tests.records.imports.files import GOOD, write


@contextmanager
def as_nobody_special() -> Iterator[None]:
    """Root may read everything; but not even Python's own files may be out of reach for whoever runs afterwards."""
    for name in ("utf-8-sig", "gb18030"):
        codecs.lookup(name)
    zones()
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("shut", ["estate", "estate/units.csv", "above"])
def test_what_may_not_be_read_is_told_with_what_to_do(tmp_path: Path, shut: str) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)  # all that pytest made for root alone, so that nothing but what is shut keeps anybody out
    above = tmp_path / "above"
    path = write((above if shut == "above" else tmp_path) / "estate", GOOD)
    (tmp_path / shut).chmod(0)
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside").chmod(0o777)
    with as_nobody_special():
        found = read_folder(path, tmp_path / "aside", silent)
    (tmp_path / shut).chmod(0o755)
    faults = found.whole.faults.in_order()
    assert (faults[-1].message.text, faults[-1].file) == (NOT_ALLOWED, "units.csv" if "units" in shut else "estate")
