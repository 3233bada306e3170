"""Photos are decoded and re-encoded, so that nothing but the picture is kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from portal.kit.errors import Invalid
from portal.kit.i18n import N_

MOST_PIXELS = 25_000_000
EDGE, THUMBNAIL_EDGE = 2000, 320  # pixels on the longer side
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypavif")

NO_PHOTO = N_("%(name)s cannot be read as a photo. Please use JPG or PNG.")
IS_HEIC = N_("%(name)s is in the HEIC format. Please send it as JPG: set the camera to “most compatible”.")
TOO_LARGE = N_("%(name)s has too many pixels. Please send a smaller one, for example a screenshot of it.")
DAMAGED = N_("%(name)s is damaged and cannot be opened. Please choose another photo.")


@dataclass(frozen=True)
class Encoded:
    """A JPEG without metadata, its thumbnail, and its size in pixels."""

    picture: bytes
    thumbnail: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Of the picture's bytes, in hex."""
        return hashlib.sha256(self.picture).hexdigest()


def re_encode(raw: bytes, name: str = "") -> Encoded:
    """Re-encode a JPEG, PNG or WebP: upright, at most 2000 pixels wide or high, without any metadata.

    Raises Invalid (field `photos`) for what is no photo, damaged, HEIC, or above 25 million pixels, of which
    only the header is read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked right here
            image = Image.open(io.BytesIO(raw), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Invalid("photos", TOO_LARGE, name=name) from None
    except Exception:  # Pillow's readers raise whatever a broken header leads them to
        raise Invalid("photos", IS_HEIC if raw[4:12] in HEIC else NO_PHOTO, name=name) from None
    with image:
        if image.width * image.height > MOST_PIXELS:
            raise Invalid("photos", TOO_LARGE, name=name)
        try:
            picture = _drawn(image, EDGE)
        except Exception:
            raise Invalid("photos", DAMAGED, name=name) from None
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Encoded(_jpeg(picture), _jpeg(thumbnail), picture.width, picture.height)


def _drawn(image: Image.Image, edge: int) -> Image.Image:
    """The picture upright on white, and nothing else of its file."""
    if image.format in ("JPEG", "MPO"):  # MPO: a JPEG with a second picture behind the first
        image.draft("RGB", (edge, edge))  # reads a large JPEG at half or a quarter of its size
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((edge, edge))
    rgba = upright.convert("RGBA") if upright.mode in ("P", "LA", "PA", "RGBA", "La", "RGBa") else None
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(rgba or upright.convert("RGB"), mask=rgba)
    return sheet


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
