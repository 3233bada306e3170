"""When to check an open attempt with Stripe. Pure."""

from __future__ import annotations

from datetime import timedelta

# Minutes after the start. A session lives 45 minutes, so even a payment at the last moment is found within 15.
SOON = (1, 5, 15, 30, 45, 60)


def looks_due(age: timedelta) -> int:
    """How often an attempt of this age should have been looked at: six times in an hour, then daily until it ends."""
    return sum(age >= timedelta(minutes=minutes) for minutes in SOON) + max(age.days, 0)
