"""Whose page a form stood on: signed, in the form itself, since a browser may have lost the session that would tell."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from portal.kit import clock
from portal.web.request.request_context import Web

FIELD = "_whose"
LASTS = timedelta(days=31)  # as long as the longest session, so as long as a page can have been open
MAC = 32


def sealed(web: Web, human: UUID) -> str:
    """The human and the time, signed, for a field of the form."""
    body = f"{human.hex}.{int(clock.real_now().timestamp())}"
    return f"{body}.{_sign(web, body)}"


def opened(web: Web, text: object) -> UUID | None:
    """The human; None for anything that we did not sign, or too long ago."""
    body, _dot, mac = text.rpartition(".") if isinstance(text, str) and text.isascii() else ("", "", "")
    if not hmac.compare_digest(mac, _sign(web, body)):
        return None
    human, _dot, at = body.partition(".")
    return UUID(human) if clock.real_now().timestamp() - int(at) <= LASTS.total_seconds() else None


def _sign(web: Web, body: str) -> str:
    return hmac.new(web.secret, b"whose:" + body.encode(), hashlib.sha256).hexdigest()[:MAC]
