"""Pictures for forms that take photos, drawn here: no test brings a photo that somebody took."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

GPS = {1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)}


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: object) -> bytes:
    """A picture of two halves; `options` are Pillow's of that kind."""
    out = io.BytesIO()
    picture = Image.new(mode, size)
    picture.paste("white", (0, 0, size[0] // 2, size[1] // 2))
    picture.save(out, kind, **options)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    """A photo that says by which camera and where it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8769] = "A camera", orientation, {0x927C: b"a maker's note"}
    exif[0x8825] = GPS
    return a_photo(exif=exif, comment=b"where I live")


@dataclass(frozen=True)
class Sent:
    """A photo as it is sent."""

    name: str
    content: bytes
