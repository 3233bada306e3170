"""Everything that an answer tells, as text: its head, its body, and what is inside of a PDF, a sheet or a folder."""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from urllib.parse import unquote

import httpx
from pypdf import PdfReader

PLAIN = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
MOST_BYTES = 20_000_000


def told(answer: httpx.Response) -> str:
    """Head and body. Raises AssertionError for a kind of body that nobody has said how to read."""
    kind = answer.headers.get("content-type", "")
    return unquote(" ".join(answer.headers.values())) + "\n" + inside(answer.content, kind)


def inside(body: bytes, kind: str = "") -> str:
    """The text of a body: by its first bytes, else by its media type."""
    if body.startswith(b"%PDF-"):
        return pdf_text(body)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as folder:
            assert sum(entry.file_size for entry in folder.infolist()) < MOST_BYTES
            return "\n".join(name + "\n" + inside(folder.read(name)) for name in folder.namelist())
    if body.startswith((b"\xff\xd8\xff", b"\x89PNG", b"wOF2")):
        return body.decode("latin-1")
    assert not kind or not body or kind.startswith(PLAIN) or "javascript" in kind, f"nobody reads {kind} here"
    return body.decode("utf-8", "replace")


@lru_cache(maxsize=50)  # most papers are asked for by many, and each gets the same bytes
def pdf_text(body: bytes) -> str:
    """What the pages of a PDF say, with its title and author."""
    document = PdfReader(io.BytesIO(body))
    about = " ".join(str(value) for value in (document.metadata or {}).values())
    return "\n".join([about, *(page.extract_text() for page in document.pages)])
