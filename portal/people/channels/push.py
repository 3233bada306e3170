"""Web push to a person's own browsers, encrypted (RFC 8291) and signed (RFC 8292)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode, b64urlencode

from portal.kit import clock
from portal.people.channels.provider import NotSent, call, good
from portal.platform.process.settings import Settings

KEPT = timedelta(days=3)  # how long the push service keeps it for a phone that is switched off
SIGNED = timedelta(hours=12)  # at most a day
GONE = (404, 410)


@dataclass(frozen=True)
class Target:
    """A browser: the address of its push service, and the keys for encrypting."""

    device: UUID
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Notification:
    """What a browser shows: a line, a sentence, and the path that a tap opens. The same `key` replaces it."""

    title: str
    body: str
    path: str
    key: UUID


@cache
def _key(private: str) -> Vapid02:
    return Vapid02.from_raw(private.encode())


@cache
def public_key(settings: Settings) -> str:
    """The key that browsers subscribe with, base64url; empty if web push is off."""
    if not settings.vapid_private_key:
        return ""
    numbers = _key(settings.vapid_private_key).public_key.public_numbers()
    return str(b64urlencode(b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)))


def new_key() -> str:
    """A private key for VAPID_PRIVATE_KEY: a P-256 number in base64url."""
    key = Vapid02()
    key.generate_keys()
    return str(b64urlencode(key.private_key.private_numbers().private_value.to_bytes(32)))


async def send_push(settings: Settings, targets: Sequence[Target], shown: Notification) -> tuple[int, list[Target]]:
    """Send to every browser of a person; returns how many took it, and which browsers are gone.

    Raises NotSent if none took it although some may still exist.
    """
    if not settings.vapid_private_key:
        raise NotSent("VAPID_PRIVATE_KEY is not set")
    gone: list[Target] = []
    troubles: list[NotSent] = []
    for target in targets:
        try:
            if not await _send(settings, target, shown):
                gone.append(target)
        except NotSent as failed:
            troubles.append(failed)
    took = len(targets) - len(gone) - len(troubles)
    if troubles and not took:
        raise troubles[0]
    return took, gone


async def _send(settings: Settings, target: Target, shown: Notification) -> bool:
    """Whether the browser still exists. Raises NotSent."""
    message = {"title": shown.title, "body": shown.body, "path": shown.path, "tag": str(shown.key)}
    where = urlsplit(target.endpoint)
    try:
        body = http_ece.encrypt(
            json.dumps(message, ensure_ascii=False).encode(),
            private_key=generate_private_key(SECP256R1()),  # for this message alone
            dh=b64urldecode(target.p256dh.encode()),
            auth_secret=b64urldecode(target.auth.encode()),
            version="aes128gcm",
        )
    except ValueError:  # invalid keys
        return False
    claims = {
        "aud": f"{where.scheme}://{where.netloc}",
        "sub": settings.vapid_subject,
        "exp": int((clock.real_now() + SIGNED).timestamp()),
    }
    headers = {
        **_key(settings.vapid_private_key).sign(claims),
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(KEPT.total_seconds())),
        "Topic": shown.key.hex,
        "Urgency": "normal",
    }
    answer = await call("POST", target.endpoint, content=body, headers=headers)
    if answer.status_code in GONE:
        return False
    good(answer)
    return True
