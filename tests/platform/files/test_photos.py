"""Of a photo nothing is kept but what one can see; what is no photo is turned away with a reason."""

import io
import struct
import zlib

import pytest
from PIL import Image

from portal.kit.errors import Invalid
from portal.platform.files.photos import re_encode
from tests.pictures import a_photo


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_becomes_a_jpeg(kind: str) -> None:
    assert re_encode(a_photo(kind)).picture.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_colour_mode_can_be_drawn(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, kind)
    assert re_encode(out.getvalue()).width == 40


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(re_encode(out.getvalue()).picture)).getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller() -> None:
    photo = re_encode(a_photo(size=(4000, 3000)))
    assert (photo.width, photo.height) == (2000, 1500)
    assert Image.open(io.BytesIO(photo.thumbnail)).size == (320, 240)


def test_a_flood_of_pixels_is_refused_by_its_header() -> None:
    for width, height in ((50_000, 50_000), (5_001, 5_000), (1_000_000, 26)):
        with pytest.raises(Invalid, match="too many pixels"):
            re_encode(png_header(width, height), "flood.png")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"This is a letter, not a photo.", "cannot be read as a photo"),
        (b"", "cannot be read as a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as a photo"),
        (b"GIF89a" + bytes(40), "cannot be read as a photo"),
        (b"\xff\xd8\xff" + bytes(200), "cannot be read as a photo"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (a_photo(size=(900, 900))[:4000], "damaged"),
        (png_header(100, 100), "damaged"),
    ],
    ids=["text", "nothing", "svg", "gif", "jpeg in name", "heic", "half a jpeg", "png without a picture"],
)
def test_what_is_no_photo_is_refused_with_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        re_encode(raw, "x.jpg")
    assert (refused.value.field, refused.value.sentence.facts) == ("photos", {"name": "x.jpg"})
    assert says in refused.value.sentence.text
