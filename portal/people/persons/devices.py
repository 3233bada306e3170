"""Browsers that show a person's notices. They are forgotten with their session."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.people.persons.principal import Principal
from portal.people.persons.rules import device as named
from portal.platform.db.unit_of_work import fetch, fetch_value, reading, retrying, unit_of_work

# The services that browsers use; with other addresses people could make us call any server (ASVS 1.3.6).
SERVICES = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", ".notify.windows.com")
MOST = 10
LONGEST = 1000

STRANGE = N_("This browser's notifications use a service we do not know. The other channels stay as they are.")
BROKEN = N_("This browser did not answer as expected. Please close it, open it again, and try once more.")
MANY = N_("Notifications are already on in 10 browsers. Please turn one of them off first.")


@dataclass(frozen=True)
class DeviceRow:
    """A browser that shows notices, with the name it gave; `here`: the one that asks."""

    id: UUID
    name: str | None
    added_at: datetime
    here: bool


@reading
async def devices_of(by: Principal) -> list[DeviceRow]:
    """The browsers in which a person has turned notifications on, the latest first."""
    rows = await fetch(
        "SELECT d.id, s.user_agent AS name, d.added_at, d.session = $2 AS here FROM device d"
        " LEFT JOIN web_session s ON s.id = d.session WHERE d.human = $1 ORDER BY d.added_at DESC, d.id",
        by.human,
        by.session,
    )
    return [
        DeviceRow(id=row["id"], name=row["name"] and named(row["name"]), added_at=row["added_at"], here=row["here"])
        for row in rows
    ]


@retrying
async def add_device(by: Principal, endpoint: str, p256dh: str, auth: str, *, sandbox: str | None) -> None:
    """Show notices in the browser that asks; safe to repeat.

    `endpoint` is the address of its push service, `p256dh` and `auth` its keys in base64url, `sandbox` an address that
    counts as a push service. Raises Invalid.
    """
    if not known_service(endpoint, sandbox):
        raise Invalid("", STRANGE)
    if not usable(p256dh, auth):
        raise Invalid("", BROKEN)
    async with unit_of_work(*by.communities):
        await fetch_value("SELECT id FROM human WHERE id = $1 FOR NO KEY UPDATE", by.human)
        others = await fetch_value(
            "SELECT count(*) FROM device WHERE human = $1 AND endpoint <> $2", by.human, endpoint
        )
        if others >= MOST:
            raise Invalid("", MANY)
        await fetch("DELETE FROM device WHERE session = $1 AND endpoint <> $2", by.session, endpoint)
        await fetch(
            "INSERT INTO device (id, human, session, endpoint, p256dh, auth, added_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6) ON CONFLICT (endpoint) DO UPDATE"
            " SET human = excluded.human, session = excluded.session, p256dh = excluded.p256dh, auth = excluded.auth,"
            " added_at = excluded.added_at",
            by.human,
            by.session,
            endpoint,
            p256dh,
            auth,
            clock.real_now(),
        )


@retrying
async def remove_device(by: Principal, device: UUID) -> None:
    """Stop showing notices in a browser of theirs. Raises Missing."""
    async with unit_of_work(*by.communities):
        if not await fetch("DELETE FROM device WHERE id = $1 AND human = $2 RETURNING id", device, by.human):
            raise Missing


@retrying
async def forget_devices(devices: Sequence[UUID]) -> None:
    """Forget browsers that their push services no longer know."""
    if devices:
        async with unit_of_work():
            await fetch("DELETE FROM device WHERE id = ANY($1)", list(devices))


def known_service(endpoint: str, sandbox: str | None = None) -> bool:
    """Whether an address is one of a push service that browsers use."""
    if len(endpoint) > LONGEST or not endpoint.isascii():
        return False
    if sandbox and endpoint.startswith(f"{sandbox}/push/"):
        return True
    try:
        where = urlsplit(endpoint)
        host, port = where.hostname or "", where.port
    except ValueError:
        return False
    ours = any(host.endswith(name) if name.startswith(".") else host == name for name in SERVICES)
    return where.scheme == "https" and ours and port is None and not where.username and not where.password


def usable(p256dh: str, auth: str) -> bool:
    """Whether keys are a point of P-256 and a secret of 16 bytes (RFC 8291, 3.1 and 3.2)."""
    try:
        point, secret = (urlsafe_b64decode(key + "=" * (-len(key) % 4)) for key in (p256dh, auth))
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (ValueError, binascii.Error):
        return False
    return len(secret) == 16
