"""The upload form: one workbook, or CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from litestar.datastructures import UploadFile

from portal.kit.i18n import N_
from portal.kit.words import say
from portal.records.import_requests.rules import wrong_with
from portal.web.forms.fields import Typed
from portal.web.forms.forms import Form, Text

LONGEST_NAME = 60  # characters; with the longest ones it is still a valid file name


@dataclass(frozen=True)
class Sent:
    """A file as received, on the disk of the web server; `size` in bytes."""

    name: str
    size: int
    file: BinaryIO


class Files(Typed):
    """One .xlsx or several .csv as a list of Sent, none of which is in memory."""

    kind = "files"
    accept = ".xlsx,.csv"

    @property
    def shown(self) -> str:
        """Browsers never accept a file as a prefilled value."""
        return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Check names and sizes; an empty input is the text ''. Raises ValueError with what to do instead."""
        self.data = [_sent(value) for value in valuelist if isinstance(value, UploadFile) and value.filename]
        if wrong := wrong_with([(one.name, one.size) for one in self.data]):
            raise ValueError(say(wrong))


def _sent(upload: UploadFile) -> Sent:
    file = cast(BinaryIO, upload.file)
    size = file.seek(0, 2)
    file.seek(0)
    return Sent(_called(upload.filename), size, file)


def _called(filename: str) -> str:
    """The name without a path, invisible characters and those that change the direction of text."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:] or "?"


class ImportForm(Form):
    """The community and its files."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    files = Files(
        N_("Files"),
        hint=N_("One .xlsx workbook, or several CSV files together"),
        missing=N_("Choose a workbook, or CSV files."),
    )
