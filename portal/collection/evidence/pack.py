"""An archive that is the same whenever its files are: evidence has to be shown to be what it was."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment an archive knows


@dataclass(frozen=True)
class Exhibit:
    """A file of the pack: its name in the archive, what it proves, and its bytes."""

    name: str
    title: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The fingerprint that the index states (hex)."""
        return hashlib.sha256(self.content).hexdigest()


def packed(files: Sequence[Exhibit]) -> bytes:
    """The files as a zip archive in this order; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever system runs this
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return made.getvalue()
