"""Of a photo nothing is kept but what one can see; what is no photo is turned away with a reason."""

import io
import struct
import zlib

import pytest
from PIL import Image

from portal.files.photos import re_encode
from portal.kit.errors import Invalid

GPS = {1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)}


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    picture = Image.new(mode, size, "black")
    picture.paste("white", (0, 0, size[0] // 2, size[1] // 2))
    picture.save(out, kind, **options)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8769] = "A camera", orientation, {0x927C: b"a maker's note"}
    exif[0x8825] = GPS
    return a_photo(exif=exif, comment=b"where I live")


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_where_it_was_taken_and_with_which_camera_is_gone() -> None:
    raw = with_exif()
    assert Image.open(io.BytesIO(raw)).getexif().get_ifd(0x8825)
    for data in (re_encode(raw).picture, re_encode(raw).thumbnail):
        kept = Image.open(io.BytesIO(data))
        assert not kept.getexif() and not {"exif", "comment", "icc_profile", "xmp"} & set(kept.info)
        assert b"A camera" not in data and b"where I live" not in data and b"Exif" not in data


def test_a_photo_taken_sideways_is_turned_upright_first() -> None:
    photo = re_encode(with_exif(orientation=6))
    assert (photo.width, photo.height) == (480, 640)
    upright = Image.open(io.BytesIO(photo.picture))
    assert upright.getpixel((400, 100)) > (200, 200, 200) > upright.getpixel((100, 100))


@pytest.mark.parametrize(
    "tail",
    [b"PK\x03\x04 a zip", b"<script>alert(1)</script>", b"%PDF-1.7", b"GIF89a/*"],
    ids=["zip", "html", "pdf", "gif"],
)
def test_what_was_hidden_behind_the_picture_is_gone(tail: bytes) -> None:
    for raw in (a_photo() + tail, a_photo("PNG") + tail):
        kept = re_encode(raw)
        assert tail not in kept.picture and kept.picture.endswith(b"\xff\xd9") and kept.thumbnail.endswith(b"\xff\xd9")


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
        (b"This is a letter, not a photo.", "not a photo"),
        (b"", "not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photo"),
        (b"GIF89a" + bytes(40), "not a photo"),
        (b"\xff\xd8\xff" + bytes(200), "not a photo"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (a_photo(size=(900, 900))[:4000], "damaged"),
        (png_header(100, 100), "damaged"),
    ],
    ids=["text", "nothing", "svg", "gif", "jpeg in name", "heic", "half a jpeg", "png without a picture"],
)
def test_what_is_no_photo_is_refused_with_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(Invalid) as no:
        re_encode(raw, "x.jpg")
    assert (no.value.field, no.value.sentence.facts) == ("photos", {"name": "x.jpg"})
    assert says in no.value.sentence.text
