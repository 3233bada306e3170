"""What the stand-in for Stripe knows: its objects, its clock and the events it has told."""

import secrets
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from portal.kit.clock import real_now
from sandbox.objects import event
from sandbox.settlement import balance_transaction
from sandbox.wire import Json, missing

KINDS = {
    "cs": "checkout.session",
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "dp": "dispute",
    "po": "payout",
    "txn": "balance_transaction",
    "evt": "event",
}


class Books:
    """All objects by id, oldest first; in memory, because a stand-in has nothing to keep."""

    def __init__(self, tell: Callable[[Json], None] = lambda event: None) -> None:
        self.tell = tell
        self.shift = 0
        self.asked: dict[str, Json] = {}  # what a session was made with: goods for the page, metadata for the intent
        self.paid_out: dict[str, str] = {}  # balance transaction to the payout that contains it
        self._by_prefix: dict[str, dict[str, Json]] = {prefix: {} for prefix in KINDS}

    def now(self) -> int:
        """Seconds since 1970; `shift` moves this clock on, never the signatures' one."""
        return int(real_now().timestamp()) + self.shift

    def add(self, prefix: str, build: Callable[..., Json], **facts: Any) -> Json:
        """A new object with its own id, put into the books."""
        made = build(id=_new_id(prefix), created=self.now(), **facts)
        self._by_prefix[prefix][made["id"]] = made
        return made

    def get(self, prefix: str, identifier: str) -> Json:
        """The object itself, not a copy; raises StripeRefusal (404) when there is none."""
        try:
            return self._by_prefix[prefix][identifier]
        except KeyError:
            raise missing(KINDS[prefix], identifier) from None

    def find(self, identifier: str) -> Json | None:
        """Whatever has this id."""
        return self._by_prefix.get(identifier.split("_")[0], {}).get(identifier)

    def all(self, prefix: str) -> list[Json]:
        """Every object of a kind, newest first, as Stripe lists them."""
        return list(reversed(self._by_prefix[prefix].values()))

    def event(self, name: str, subject: Json) -> None:
        """Record that something happened, with the object as it is now, and tell the courier."""
        self.tell(self.add("evt", event, type=name, subject=deepcopy(subject)))

    def movement(self, kind: str, amount: int, currency: str, source: str, fee: int = 0, **facts: Any) -> Json:
        """A balance transaction; amount and fee in minor units, negative when money leaves."""
        return self.add(
            "txn", balance_transaction, type=kind, amount=amount, currency=currency, source=source, fee=fee, **facts
        )


def _new_id(prefix: str) -> str:
    return f"cs_test_{secrets.token_hex(24)}" if prefix == "cs" else f"{prefix}_{secrets.token_hex(12)}"
