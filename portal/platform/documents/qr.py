"""A QR code as SVG, for papers."""

from __future__ import annotations

import io

import segno


def svg_qr(address: str) -> str:
    """The code for an address."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()
