"""Files that are not what they say, or more than they show: refused, or re-encoded with nothing else left (F-73)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import asyncpg
import pytest
from PIL import Image, PngImagePlugin

from portal.web.forms.choices import PHOTO_BYTES, UPLOAD_BYTES
from tests.faults.counts import SEED, note, times
from tests.web.walk.conftest import Stage
from tests.web.walk.hostile import FILES, MULTIPART, Request, a_good_form, put

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
SCRIPT, PHP, PDF = b"<script>alert(1)</script>", b"<?php system('id'); ?>", b"%PDF-1.7\n1 0 obj<</JS(alert(1))>>endobj"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HIDDEN = (
    b"<script",
    b"<?php",
    b"%PDF",
    b"PK\x03\x04",
    b"EICAR",
    b"Exif",
    b"http://ns.adobe.com",
    b"GIF89a",
    b"where I live",
)


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that says its size and brings no picture of it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def folder() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.html", SCRIPT)
    return out.getvalue()


def located() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "A camera", {1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)}
    return drawn("JPEG", exif=exif, comment=b"where I live")


def described() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SCRIPT.decode())
    words.add_itxt("XML:com.adobe.xmp", SCRIPT.decode() + "http://ns.adobe.com/")
    return drawn("PNG", pnginfo=words)


JPEG, PNG, GIF = drawn("JPEG"), drawn("PNG"), drawn("GIF")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
# 60 files: those that are photos, whatever else they are, and those that are none.
PHOTOS: dict[str, bytes] = {
    "jpeg": JPEG, "png": PNG, "progressive": drawn("JPEG", progressive=True), "grey": drawn("JPEG", "L"),
    "cmyk": drawn("JPEG", "CMYK"), "with alpha": drawn("PNG", "RGBA"), "palette": drawn("PNG", "P"),
    "16 bits": drawn("PNG", "I;16"), "one bit": drawn("PNG", "1"), "tiny": drawn("JPEG", size=(1, 1)),
    "located": located(), "described": described(), "jpeg and zip": JPEG + folder(), "jpeg and html": JPEG + SCRIPT,
    "jpeg and php": JPEG + PHP, "jpeg and pdf": JPEG + PDF, "jpeg and gif": JPEG + GIF,
    "jpeg and eicar": JPEG + EICAR,
    "png and zip": PNG + folder(), "png and html": PNG + SCRIPT, "png and pdf": PNG + PDF, "png and svg": PNG + SVG,
    "jpeg with a script for a comment": drawn("JPEG", comment=SCRIPT), "twice": JPEG + JPEG,
}  # fmt: skip
OTHERS: dict[str, bytes] = {
    "svg": SVG, "html": b"<!doctype html>" + SCRIPT, "javascript": b"alert(1)", "gif": GIF,
    "gif and js": b"GIF89a/*" + GIF + b"*/=1",
    "pdf": PDF, "pdf and zip": PDF + folder(), "zip": folder(), "exe": b"MZ" + bytes(200),
    "elf": b"\x7fELF" + bytes(200),
    "eicar": EICAR, "bmp": drawn("BMP"), "tiff": drawn("TIFF"), "ico": drawn("ICO"), "php": PHP, "text": b"a letter",
    "heic": b"\0\0\0\x18ftypheic" + bytes(99), "mp4": b"\0\0\0\x18ftypmp42" + bytes(99), "one byte": b"\xff",
    "laughs": LAUGHS,
    "half a jpeg": drawn("JPEG", size=(900, 900))[:3000], "half a png": PNG[:60],
    "jpeg by name": b"\xff\xd8\xff" + bytes(300),
    "jpeg magic, html": b"\xff\xd8\xff" + SCRIPT, "png magic, svg": b"\x89PNG\r\n\x1a\n" + SVG,
    "no picture": png(100, 100),
    "50,000 x 50,000": png(50_000, 50_000), "a long line": png(1_000_000, 26), "no pixels": png(0, 0),
    "minus": png(2**31, 1),
    "a flood of words": png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
    "wasm": b"\0asm" + bytes(99),
    "one byte too many": JPEG + bytes(PHOTO_BYTES + 1 - len(JPEG)),
    "many bytes too many": JPEG + bytes(PHOTO_BYTES * 2),
    "class": b"\xca\xfe\xba\xbe" + bytes(99), "blank before": b" " + JPEG,
}  # fmt: skip


def form(stage: Stage, photos: list[tuple[bytes, bytes]], **more: str) -> bytes:
    """A record of work with these (name, content) of photos, as bytes."""
    route = next(route for route in stage.routes if route.name == "desk.services:record")
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
             for name, value in (a_good_form(route, stage.world.here) | more).items()]  # fmt: skip
    about = b'Content-Disposition: form-data; name="photos"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n'
    parts += [about % name + content for name, content in photos]
    return b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"


async def send(stage: Stage, body: bytes) -> tuple[int, str]:
    """What the desk answers to a form."""
    head = [(b"host", b"127.0.0.1:8000"), (b"origin", b"http://127.0.0.1:8000"), (b"sec-fetch-site", b"same-origin"),
            (b"cookie", f"sid={stage['沈平'].cookies['sid']}".encode()), (b"content-length", str(len(body)).encode()),
            (b"content-type", MULTIPART + b"; boundary=limit")]  # fmt: skip
    answer = await put(stage.app, Request("POST", b"/desk/services/new", b"", head, body))
    assert answer.broke is None, answer.broke
    return answer.status, answer.body.decode("utf-8", "replace")


async def photos_kept(admin: asyncpg.Connection) -> int:
    return await admin.fetchval("SELECT count(*) FROM photo")


async def test_of_a_file_only_the_picture_is_kept(stage: Stage, admin: asyncpg.Connection) -> None:
    """Sixty files under names that mean harm; a photo loses what it hides, anything else is refused with a reason."""
    corpus = [(name, content, True) for name, content in PHOTOS.items()]
    corpus += [(name, content, False) for name, content in OTHERS.items()]
    assert len(corpus) == 60
    tries, wrong, kept = times(sample=12, landing=60), [], 0
    for number, (what, content, photo) in enumerate(random.Random(SEED).sample(corpus, tries)):
        before = await photos_kept(admin)
        status, said = await send(stage, form(stage, [(FILES[number % 5] or b"x", content)]))
        more = await photos_kept(admin) - before
        if (status, more) != ((303, 1) if photo else (422, 0)):
            wrong.append(f"{what}: {status}, {more} kept")
        if photo and more:
            kept += 1
            row = await admin.fetchrow("SELECT picture, thumbnail FROM photo ORDER BY created_at DESC LIMIT 1")
            for data in (bytes(row["picture"]), bytes(row["thumbnail"])):
                found = [mark for mark in HIDDEN if mark in data]
                sound = data.startswith(b"\xff\xd8\xff") and data.endswith(b"\xff\xd9") and not found
                wrong += [] if sound else [f"{what}: still holds {found}"]
        wrong += [f"{what}: its name is not only text"] if "<script>alert" in said or "\0" in said else []
    note("F-73", tries, kept=kept, refused=tries - kept, wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert 0 < kept < tries


async def test_too_much_is_refused_before_it_is_looked_at(stage: Stage, admin: asyncpg.Connection) -> None:
    before = await photos_kept(admin)
    photo = (b"a.jpg", JPEG)
    many = b"".join(b'--limit\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' for _ in range(1001))
    whole = form(stage, [photo])
    big = form(stage, [(b"a.jpg", bytes(UPLOAD_BYTES + 1 - len(form(stage, [(b"a.jpg", b"")]))))])
    assert len(big) == UPLOAD_BYTES + 1
    said = {
        "one byte over": (await send(stage, big))[0],
        "1,001 parts": (await send(stage, many + b"--limit--\r\n"))[0],
        "six photos": (await send(stage, form(stage, [photo] * 6)))[0],
        "cut off": (await send(stage, whole[:-30]))[0],
        "no end": (await send(stage, whole.replace(b"--limit--", b"--limit")))[0],
        "no name": (await send(stage, whole.replace(b'name="photos"', b'name=""')))[0],
    }
    note("F-73", len(said), way="too much", answers=list(said.values()))
    # A part without a name is no field: the work is recorded, without a photo.
    assert list(said.values()) == [413, 400, 422, 400, 400, 303]
    assert await photos_kept(admin) == before


async def test_a_photo_comes_back_as_nothing_but_a_picture(stage: Stage) -> None:
    home = stage.world.here
    address = f"/services/{home.ids['services.record']}/photos/{home.ids['services.photo']}"
    for asked in (address, f"{address}?thumb=1"):
        head = (await stage["陈静"].get(asked)).headers
        assert head["content-type"] == "image/jpeg" and head["x-content-type-options"] == "nosniff"
        assert head["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert 'filename="photo.jpg"' in head["content-disposition"] and head["cache-control"] == "no-store"
