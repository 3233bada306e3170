"""When to check an open attempt with Stripe. Pure."""

from __future__ import annotations

from datetime import timedelta

# Minutes after the start. A session lives 45 minutes, so whoever pays last of all is found within 15 as well.
SOON = (1, 5, 15, 30, 45, 60)


def looks_due(age: timedelta) -> int:
    """How many looks an attempt of this age should have had: six in the first hour, then one a day until it ends."""
    return sum(age >= timedelta(minutes=minutes) for minutes in SOON) + max(age.days, 0)
