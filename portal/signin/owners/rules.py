"""Rules for codes, limits, passwords and time steps. Pure, and always in real time."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

CODE_LIFE = timedelta(minutes=5)
KNOCK_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
TOTP_STEP = 30
FIRST_LINK_LIFE = timedelta(hours=24)
NEXT_LINK_LIFE = timedelta(minutes=10)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128


@dataclass(frozen=True)
class Limit:
    """No more than `most` within any `window`."""

    most: int
    window: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# F-65 and F-66.
COOLDOWN = (Limit(1, timedelta(seconds=60)),)
SENDS_A_NUMBER = (Limit(5, HOUR), Limit(10, DAY))
SENDS_AN_ADDRESS = (Limit(30, HOUR),)
FAILURES_AN_ACCOUNT = (Limit(10, DAY),)
FAILURES_AN_ADDRESS = (Limit(20, HOUR),)
TRIES_A_CODE = (Limit(MOST_TRIES, DAY),)
ALARM_AT = 200
THIS_MACHINE = "this machine"
_PORT = re.compile(r"(?:\[([^\]]*)\]|([0-9.]+))(?::\d+)?", re.ASCII)


def wait(events: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> timedelta | None:
    """How long until one more is allowed; None if it is allowed now. `events` may be in any order."""
    waits = []
    for limit in limits:
        recent = sorted(event for event in events if event > now - limit.window)
        if len(recent) >= limit.most:
            waits.append(recent[-limit.most] + limit.window - now)
    return max(waits, default=None)


def of_network(limits: Sequence[Limit], network: str) -> Sequence[Limit]:
    """The limits of a network; none for this machine, where nobody could be locked out."""
    return () if network == THIS_MACHINE else limits


def minutes(wait: timedelta) -> int:
    """The minutes to wait that a message names: rounded up, at least one."""
    return max(1, -(-int(wait.total_seconds()) // 60))


def six_digits(number: int) -> str:
    """A number below a million as the code that is sent."""
    return f"{number:06d}"


def code_hmac(secret: str, salt: str, code: str) -> str:
    """What is stored instead of the code (HMAC-SHA256, hex)."""
    return hmac.new(secret.encode(), f"code:{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def mark(secret: str, name: str) -> str:
    """A name for a limit's row that does not reveal the phone number or login."""
    return hmac.new(secret.encode(), f"limit:{name}".encode(), hashlib.sha256).hexdigest()[:32]


def time_step(moment: datetime) -> int:
    """The TOTP step of a moment (RFC 6238, 30 s)."""
    return int(moment.timestamp()) // TOTP_STEP


def matching_step(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The step of a TOTP code, at most one before or after now, and later than the last one used."""
    totp = pyotp.TOTP(secret)
    present = time_step(now)
    result = None
    for step in (present - 1, present, present + 1):
        same = hmac.compare_digest(totp.generate_otp(step), code)
        if same and (last is None or step > last):
            result = step
    return result


def network(peer: str, forwarded: str | None) -> str:
    """The network whose tries are counted together: an IPv4 address, or the /64 of an IPv6 one.

    A peer on this machine or in a private network is our own proxy, which appends the address it saw, perhaps with a
    port. No header can make somebody count as this machine.
    """
    address = _address(peer)
    if forwarded and (address is None or address.is_private or address.is_loopback):
        seen = _address(forwarded.rsplit(",", 1)[-1].strip())
        address = seen if seen and not seen.is_loopback else address
    if address is None:
        return "unknown"
    if address.is_loopback and not forwarded:
        return THIS_MACHINE
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with_port = _PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
