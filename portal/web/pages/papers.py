"""A PDF as an answer, opened in the browser."""

from litestar import Response


def pdf(content: bytes, name: str) -> Response[bytes]:
    """The PDF under this file name."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)
