"""Where to go after signing in: only a path of our own, whatever the address says."""

import re
from urllib.parse import unquote, urlsplit

HOME = "/"
_PLAIN = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?\[\]]*", re.ASCII)


def safe_next(wanted: object, otherwise: str = HOME) -> str:
    """The path if it is one of ours, else the other. Never leaves this origin (//evil, /\\evil, CRLF, encoded)."""
    if not isinstance(wanted, str) or len(wanted) > 1000 or not _PLAIN.fullmatch(wanted):
        return otherwise
    decoded = wanted
    for _ in range(3):
        if decoded.startswith("//") or any(c in decoded for c in "\\\r\n\t\0") or not decoded.startswith("/"):
            return otherwise
        decoded = unquote(decoded)
    path = urlsplit(wanted).path
    return otherwise if "//" in unquote(path) or "/.." in unquote(unquote(path)) else wanted


def own_path(address: str | None, base_url: str) -> str | None:
    """The path and query of an absolute address of ours (Referer, HX-Current-URL); None for any other."""
    if not address:
        return None
    try:
        there, ours = urlsplit(address), urlsplit(base_url)
    except ValueError:  # http://[
        return None
    if (there.scheme, there.netloc) != (ours.scheme, ours.netloc):
        return None
    return safe_next(f"{there.path}?{there.query}" if there.query else there.path, "") or None
