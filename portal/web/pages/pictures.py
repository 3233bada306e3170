"""A stored photo as an answer: nothing but a picture, for this reader only."""

from litestar import Response

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Content-Disposition": 'inline; filename="photo.jpg"',
}


def jpeg(data: bytes) -> Response[bytes]:
    """The JPEG; `nosniff` and `no-store` are on every answer already."""
    return Response(data, media_type="image/jpeg", headers=HEADERS)
