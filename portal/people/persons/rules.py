"""How long a session lasts, and how a phone number is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.people.persons.principal import Audience

MOST_SESSIONS = 5
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Lifetime:
    """A session ends after `idle` without a request or `absolute` after sign-in. Source: ASVS 7.3.1 and 7.3.2."""

    idle: timedelta
    absolute: timedelta


# Owners use their own phone once a month; a desk is shared and sees everybody's data.
LIFETIMES = {
    Audience.owner: Lifetime(idle=timedelta(days=30), absolute=timedelta(days=30)),
    Audience.staff: Lifetime(idle=timedelta(minutes=15), absolute=timedelta(hours=8)),
}


def alive(audience: Audience, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session last seen at that time may still be used at `now` (real time)."""
    return now < expires_at and now < seen_at + LIFETIMES[audience].idle


STEP_UP_LASTS = timedelta(minutes=10)  # I-A5


def fresh(stepped_up_at: datetime | None, now: datetime) -> bool:
    """Whether somebody has proved who they are recently enough for sensitive actions (real time)."""
    return stepped_up_at is not None and now < stepped_up_at + STEP_UP_LASTS


def masked(phone: str) -> str:
    """+86138****8000: for logs and security events."""
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) >= 10 else "****"


# The first match counts: browsers inside apps also name the browser they are built on.
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"),
           ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
BROWSERS = (("MicroMessenger", "WeChat"), ("AlipayClient", "Alipay"), ("Edg", "Edge"), ("Firefox", "Firefox"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device(user_agent: str) -> str:
    """iPhone · WeChat: enough to recognise one's own devices; empty if the browser is unknown."""
    names = [next((name for sign, name in kind if sign in user_agent), "") for kind in (SYSTEMS, BROWSERS)]
    return " · ".join(name for name in names if name)
