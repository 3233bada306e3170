"""The portal with points at which a process dies when it is told to: `python -m tests.faults.deadly dev …`.

The program itself knows nothing of this: functions are wrapped from outside, in the processes that this module starts.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ORDER = "PORTAL_DEADLY"  # the environment variable that names the file in which the next point of death is written
BEFORE, AFTER = "before", "after"

# Which process, then where: just before a function begins, or after it has done its work and before its caller knows.
# What is named here runs inside the unit of work that is about to commit, or is the whole of it.
POINTS: dict[str, tuple[str, str, str, str]] = {
    "serve: attempt written, not committed": ("serve", AFTER, "portal.money.checkout.attempts", "_insert"),
    "serve: attempt committed, Stripe not asked": ("serve", BEFORE, "portal.money.checkout.attempts", "reach"),
    "serve: Stripe asked, session not known": ("serve", AFTER, "portal.money.stripe.gateway", "Gateway.open_session"),
    "serve: session written, not committed": ("serve", AFTER, "portal.money.checkout.attempts", "move"),
    "serve: session committed, not answered": ("serve", AFTER, "portal.money.checkout.attempts", "_store"),
    "serve: payer back, Stripe not asked": ("serve", BEFORE, "portal.money.checkout.settling", "ensure_posted"),
    "serve: payment written, not committed": ("serve", AFTER, "portal.money.checkout.settling", "post_payment"),
    "serve: payment committed, not answered": ("serve", AFTER, "portal.money.checkout.settling", "ensure_posted"),
    "serve: event written, not committed": ("serve", AFTER, "portal.money.stripe_events.actions", "enqueue"),
    "serve: event committed, not acknowledged": ("serve", AFTER, "portal.money.stripe_events.webhook", "take_event"),
    "worker: event taken up, Stripe not asked": (
        "worker",
        BEFORE,
        "portal.money.stripe_events.actions",
        "ensure_posted",
    ),
    "worker: payment written, not committed": ("worker", AFTER, "portal.money.checkout.settling", "post_payment"),
    "worker: payment committed, event not closed": ("worker", BEFORE, "portal.money.stripe_events.actions", "_close"),
    "worker: event closed, job not done": ("worker", AFTER, "portal.money.stripe_events.actions", "_close"),
}


def arm() -> None:
    """Wrap the functions of every point of this process, and let it start its children in the same way."""
    role = next((word for word in sys.argv[1:] if word in ("dev", "serve", "worker", "sandbox")), "")
    for point, (whose, moment, module, name) in POINTS.items():
        if whose == role:
            _wrap(point, moment, module, name)
    if role == "dev":
        dev = importlib.import_module("portal.run.dev")
        dev._start = lambda *words: dev.Part(sys.executable, "-m", __spec__.name, *words)


def _wrap(point: str, moment: str, module: str, name: str) -> None:
    *path, last = name.split(".")
    owner = functools.reduce(getattr, path, importlib.import_module(module))
    real: Callable[..., Awaitable[Any]] = getattr(owner, last)

    @functools.wraps(real)
    async def deadly(*args: Any, **kwargs: Any) -> Any:
        if moment == BEFORE:
            die_at(point)
        done = await real(*args, **kwargs)
        if moment == AFTER:
            die_at(point)
        return done

    setattr(owner, last, deadly)


def die_at(point: str) -> None:
    """End this process at once, without a word, if the order says so; the order is carried out once."""
    order = Path(os.environ[ORDER])
    if order.exists() and order.read_text() == point:
        order.unlink()
        os._exit(9)


if __name__ in ("__main__", "__mp_main__"):  # the second is how granian's own children begin
    arm()

if __name__ == "__main__":
    from portal.run.cli import main

    main()
